import { storeClock } from "../../../../sandbox/clock.ts";
import { createApplication } from "../../../../sandbox/entra/applications.ts";
import { createGroup } from "../../../../sandbox/entra/groups.ts";
import { createServicePrincipal } from "../../../../sandbox/entra/service-principals.ts";
import type { EntraState } from "../../../../sandbox/entra/state.ts";
import { createUser } from "../../../../sandbox/entra/users.ts";
import { microsoftGraph } from "../../../../sandbox/entra/well-known/microsoft-graph.ts";
import { directoryIn } from "../../../../sandbox/providers/azuread/directory.ts";
import { createAzureadProvider } from "../../../../sandbox/providers/azuread/provider.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { initialState } from "../../../../sandbox/state.ts";
import { MemoryStore } from "../../../../sandbox/store.ts";
import { ResourceDriver } from "../../../support/resource-driver.ts";

export const NOW = "2026-11-24T00:00:00Z";
export const TENANT_ID = "22222222-2222-4222-8222-222222222222";

/** Type tokens, by the name that the SDK gives the class. */
export function token(className: string): string {
  return `azuread:index/${className.charAt(0).toLowerCase()}${className.slice(1)}:${className}`;
}

/** A tenant with two of everything that resources can point at, and the provider over it. */
export async function world({ enforceRights = false } = {}) {
  const store = new MemoryStore(
    initialState({
      nowMs: Date.parse(NOW),
      tenantId: TENANT_ID,
      subscriptionId: "33333333-3333-4333-8333-333333333333",
    }),
  );
  const randomness = seededRandomness("world");
  const ids = await store.update(({ entra }) => {
    const context = { nowMs: Date.parse(NOW), randomness };
    const names = ["one", "two"] as const;
    const made = names.map((name) => {
      const application = createApplication(entra, { displayName: `app ${name}` }, context);
      return {
        applicationId: application.id,
        /** Of an application that has a service principal already. */
        clientId: application.appId,
        servicePrincipalId: createServicePrincipal(entra, { appId: application.appId }, context).id,
        /** Of an application that has none. */
        freeClientId: createApplication(entra, { displayName: `free ${name}` }, context).appId,
        userId: createUser(
          entra,
          { displayName: name, userPrincipalName: `${name}@sandbox.onmicrosoft.com` },
          context,
        ).id,
        groupId: createGroup(
          entra,
          {
            displayName: `group ${name}`,
            mailNickname: name,
            mailEnabled: false,
            securityEnabled: true,
            properties: { isAssignableToRole: true },
          },
          context,
        ).id,
      };
    });
    const [one, two] = made;
    if (one === undefined || two === undefined) throw new Error("two of each were to be made");
    return { one, two };
  });
  const services = { store, clock: storeClock(store), randomness, enforceRights };
  const provider = createAzureadProvider(services);
  const driver = new ResourceDriver(provider);
  return {
    store,
    provider,
    directory: directoryIn(services),
    driver,
    ...ids,
    /** Object id of Microsoft Graph's service principal. */
    graphPrincipalId: Object.values(store.state.entra.servicePrincipals).find(
      ({ appId }) => appId === microsoftGraph.appId,
    )?.id as string,
    /** What somebody changes behind Pulumi's back. */
    behindTheBack: (change: (entra: EntraState) => void) => store.update(({ entra }) => change(entra)),
  };
}

export type World = Awaited<ReturnType<typeof world>>;
