import { createAppRoleAssignment } from "../../sandbox/entra/app-role-assignments.ts";
import { createApplication } from "../../sandbox/entra/applications.ts";
import { grantGraphRoles } from "../../sandbox/entra/deployer.ts";
import { type AddPasswordArgs, addPassword } from "../../sandbox/entra/passwords.ts";
import { appRolesOf } from "../../sandbox/entra/published-permissions.ts";
import { createServicePrincipal, servicePrincipalOfClient } from "../../sandbox/entra/service-principals.ts";
import type { User } from "../../sandbox/entra/state.ts";
import { createUser } from "../../sandbox/entra/users.ts";
import { createVault } from "../../sandbox/keyvault/vaults.ts";
import { FACE_SUBSCRIPTION_ID, type TestFace } from "./https-face.ts";

/** The part of a sandbox that these work on. */
export type TestDirectory = Pick<TestFace, "store" | "clock" | "randomness" | "context">;

/** An application with its service principal and one secret. */
export interface TestApplication {
  id: string;
  clientId: string;
  principalId: string;
  secret: string;
  keyId: string;
}

/**
 * @param properties Graph's own, such as `web` and `api`
 * @param graphRoles application permissions of Microsoft Graph
 */
export function addApplication(
  { store, context }: TestDirectory,
  {
    displayName = "mailman",
    properties = {},
    graphRoles = [],
    password = {},
  }: {
    displayName?: string;
    properties?: Record<string, unknown>;
    graphRoles?: readonly string[];
    password?: AddPasswordArgs;
  } = {},
): Promise<TestApplication> {
  return store.update(({ entra }) => {
    const application = createApplication(entra, { displayName, properties }, context());
    const principal = createServicePrincipal(entra, { appId: application.appId }, context());
    const { credential, secretText } = addPassword(application, password, context());
    grantGraphRoles(entra, principal.id, graphRoles, context());
    return {
      id: application.id,
      clientId: application.appId,
      principalId: principal.id,
      secret: secretText,
      keyId: credential.keyId,
    };
  });
}

/** Grants an application permission of any resource, by names. */
export async function grantRole(
  { store, context }: TestDirectory,
  { principalId, resourceAppId, role }: { principalId: string; resourceAppId: string; role: string },
): Promise<void> {
  await store.update(({ entra }) => {
    const resource = servicePrincipalOfClient(entra, resourceAppId);
    if (resource === undefined) throw new Error(`no service principal of ${resourceAppId}`);
    const appRoleId = appRolesOf(entra, resource).find(({ value }) => value === role)?.id;
    if (appRoleId === undefined) throw new Error(`${resourceAppId} has no role ${role}`);
    createAppRoleAssignment(entra, { principalId, resourceId: resource.id, appRoleId }, context());
  });
}

export function addUser({ store, context }: TestDirectory, name = "mia"): Promise<User> {
  return store.update(({ entra }) =>
    createUser(entra, { displayName: name, userPrincipalName: `${name}@sandbox.onmicrosoft.com` }, context()),
  );
}

/** A vault with RBAC, its resource included. Returns its resource id. */
export function addVault(
  { store }: TestDirectory,
  name: string,
  properties: Record<string, unknown> = {},
): Promise<string> {
  const resourceId = `/subscriptions/${FACE_SUBSCRIPTION_ID}/resourceGroups/sell/providers/Microsoft.KeyVault/vaults/${name}`;
  return store.update((draft) => {
    draft.arm.resources[resourceId.toLowerCase()] = {
      id: resourceId,
      type: "Microsoft.KeyVault/vaults",
      name,
      location: "westeurope",
      tags: {},
      properties: { enableRbacAuthorization: true, ...properties },
      extra: {},
      hidden: {},
      createdAt: "2025-01-01T00:00:00Z",
      updatedAt: "2025-01-01T00:00:00Z",
    };
    createVault(draft, { name, resourceId });
    return resourceId;
  });
}

/** Key Vault's built-in roles, as facts of Azure. */
export const VAULT_ROLES = {
  secretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
  secretsOfficer: "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  reader: "21090545-7ca7-4776-b22c-e363652d74d2",
} as const;

/** Assigns a role in Azure at a scope. */
export async function assignRole(
  { store, clock, randomness }: TestDirectory,
  { principalId, role, scope }: { principalId: string; role: string; scope: string },
): Promise<void> {
  const name = randomness.uuid();
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  const at = `${new Date(clock.nowMs()).toISOString().slice(0, 19)}Z`;
  await store.update(({ arm }) => {
    arm.resources[id.toLowerCase()] = {
      id,
      type: "Microsoft.Authorization/roleAssignments",
      name,
      location: null,
      tags: {},
      properties: {
        principalId,
        scope,
        roleDefinitionId: `/subscriptions/${FACE_SUBSCRIPTION_ID}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      },
      extra: {},
      hidden: {},
      createdAt: at,
      updatedAt: at,
    };
  });
}
