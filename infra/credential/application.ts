import { Application } from "@pulumi/azuread/application.js";
import { getApplicationOutput } from "@pulumi/azuread/getApplication.js";
import { ServicePrincipal } from "@pulumi/azuread/servicePrincipal.js";
import type * as pulumi from "@pulumi/pulumi";
import { applicationPermissions, delegatedPermissions, type Permission } from "../settings/permissions.ts";
import type { CredentialSettings } from "../settings/schema.ts";
import { applicationMarker } from "./application-marker.ts";

/** The application that a credential belongs to. */
export interface DeclaredApplication {
  /** `/applications/<object id>`. */
  id: pulumi.Output<string>;
  objectId: pulumi.Output<string>;
  clientId: pulumi.Output<string>;
  /** What must exist before a token can be had. */
  ready: pulumi.Resource[];
}

export interface ApplicationArgs {
  name: string;
  stack: string;
  application: CredentialSettings["application"];
  /** Object ids: owners can rotate without rights over all applications. */
  owners: pulumi.Input<string>[];
  protect: boolean;
}

/** Declares the application and its service principal, or finds the one that exists already. */
export function declareApplication(args: ApplicationArgs, parent: pulumi.Resource): DeclaredApplication {
  const { name, application, owners, protect } = args;
  if ("clientId" in application) {
    const found = getApplicationOutput({ clientId: application.clientId }, { parent });
    return {
      id: found.objectId.apply((objectId) => `/applications/${objectId}`),
      objectId: found.objectId,
      clientId: found.clientId,
      ready: [],
    };
  }
  const created = new Application(
    name,
    {
      displayName: application.displayName,
      signInAudience: application.audience,
      owners,
      requiredResourceAccesses: requiredResourceAccesses([
        ...application.permissions.delegated.flatMap((known) => delegatedPermissions.get(known) ?? []),
        ...application.permissions.application.flatMap((known) => applicationPermissions.get(known) ?? []),
      ]),
      ...(application.redirectUris.length > 0 && { web: { redirectUris: application.redirectUris } }),
      // How an application is found that was made by an update that died before it could write that down.
      tags: [applicationMarker(args.stack, name)],
    },
    { parent, protect },
  );
  const principal = new ServicePrincipal(name, { clientId: created.clientId, owners }, { parent, protect });
  return { id: created.id, objectId: created.objectId, clientId: created.clientId, ready: [principal] };
}

/** Permissions, grouped by the API they belong to; in one order whatever the settings' order. */
export function requiredResourceAccesses(
  permissions: Permission[],
): { resourceAppId: string; resourceAccesses: { id: string; type: string }[] }[] {
  const byApi = Map.groupBy(permissions, ({ api }) => api);
  return [...byApi].toSorted(byFirst).map(([resourceAppId, ofApi]) => ({
    resourceAppId,
    resourceAccesses: ofApi.map(({ id, type }) => ({ id, type })).toSorted((x, y) => (x.id < y.id ? -1 : 1)),
  }));
}

function byFirst([x]: [string, unknown], [y]: [string, unknown]): number {
  return x < y ? -1 : 1;
}
