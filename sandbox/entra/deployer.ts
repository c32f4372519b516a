import { createAppRoleAssignment } from "./app-role-assignments.ts";
import { createApplication } from "./applications.ts";
import type { CreationContext } from "./context.ts";
import { addPassword } from "./passwords.ts";
import { appRolesOf } from "./published-permissions.ts";
import { createServicePrincipal, servicePrincipalOfClient } from "./service-principals.ts";
import type { EntraState } from "./state.ts";
import { microsoftGraph } from "./well-known/microsoft-graph.ts";

/** The identity that deploys: what `ARM_CLIENT_ID` and `ARM_CLIENT_SECRET` stand for. */
export interface Deployer {
  tenantId: string;
  clientId: string;
  clientSecret: string;
  /** Object id of its service principal. */
  principalId: string;
  applicationId: string;
}

/**
 * What the program and the operator's command need of Graph: they own the applications they make, make
 * groups and grants, and read who uses which credential.
 */
const DEPLOYER_ROLES = [
  "Application.ReadWrite.OwnedBy",
  "AppRoleAssignment.ReadWrite.All",
  "AuditLog.Read.All",
  "Directory.Read.All",
  "Group.Create",
  "Group.ReadWrite.All",
  "RoleManagement.ReadWrite.Directory",
];

const SECRET_LIFETIME_YEARS = 99;

/**
 * Makes the identity that deploys, with a client secret that outlives any test of what is deployed and
 * the Graph permissions that the program needs. Roles in Azure are the caller's to assign.
 * @param roles Graph application permissions by name, in place of the usual ones
 */
export function createDeployer(
  entra: EntraState,
  context: CreationContext,
  {
    displayName = "keyturn-deployer",
    roles = DEPLOYER_ROLES,
  }: { displayName?: string; roles?: readonly string[] } = {},
): Deployer {
  const application = createApplication(entra, { displayName }, context);
  const principal = createServicePrincipal(entra, { appId: application.appId }, context);
  const end = new Date(context.nowMs);
  end.setUTCFullYear(end.getUTCFullYear() + SECRET_LIFETIME_YEARS);
  const { secretText } = addPassword(
    application,
    { displayName: "deployer", endDateTime: end.toISOString() },
    context,
  );
  grantGraphRoles(entra, principal.id, roles, context);
  return {
    tenantId: entra.tenant.id,
    clientId: application.appId,
    clientSecret: secretText,
    principalId: principal.id,
    applicationId: application.id,
  };
}

/** Grants Graph application permissions by name. */
export function grantGraphRoles(
  entra: EntraState,
  principalId: string,
  roles: readonly string[],
  context: CreationContext,
): void {
  const graph = servicePrincipalOfClient(entra, microsoftGraph.appId);
  if (graph === undefined) throw new Error("the tenant has no service principal of Microsoft Graph");
  for (const role of roles) {
    const appRoleId = appRolesOf(entra, graph).find(({ value }) => value === role)?.id;
    if (appRoleId === undefined)
      throw new Error(`Microsoft Graph publishes no application permission ${role}`);
    createAppRoleAssignment(entra, { principalId, resourceId: graph.id, appRoleId }, context);
  }
}
