import type { Clock } from "../../clock.ts";
import type { Randomness } from "../../randomness.ts";
import type { Store } from "../../store.ts";
import { bridgedProvider } from "../bridge/provider.ts";
import { type SdkResource, sdkBehaviour } from "../bridge/sdk-resource.ts";
import type { EmulatedProvider } from "../provider.ts";
import { appRoleAssignment } from "./app-role-assignment.ts";
import { application } from "./application.ts";
import { applicationApiAccess } from "./application-api-access.ts";
import { applicationCertificate } from "./application-certificate.ts";
import { applicationFederatedIdentityCredential } from "./application-federated-identity-credential.ts";
import { applicationOwner } from "./application-owner.ts";
import { applicationPassword } from "./application-password.ts";
import { applicationRegistration } from "./application-registration.ts";
import { customDirectoryRole } from "./custom-directory-role.ts";
import { type Directory, directoryIn, type ProviderCaller } from "./directory.ts";
import { directoryRole } from "./directory-role.ts";
import { directoryRoleAssignment } from "./directory-role-assignment.ts";
import { getApplication } from "./get-application.ts";
import { getClientConfig } from "./get-client-config.ts";
import { getGroup } from "./get-group.ts";
import { getGroups } from "./get-groups.ts";
import { getServicePrincipal } from "./get-service-principal.ts";
import { getServicePrincipals } from "./get-service-principals.ts";
import { group } from "./group.ts";
import { groupMember } from "./group-member.ts";
import { azureadConfig } from "./provider-config.ts";
import { getApplicationPublishedAppIds } from "./published-app-ids.ts";
import { servicePrincipal } from "./service-principal.ts";
import { servicePrincipalDelegatedPermissionGrant } from "./service-principal-delegated-permission-grant.ts";
import { servicePrincipalPassword } from "./service-principal-password.ts";

/** The resource types of `azuread` that the sandbox knows, by type token. */
export const azureadResources: Readonly<Record<string, (directory: Directory) => SdkResource>> = {
  "azuread:index/appRoleAssignment:AppRoleAssignment": appRoleAssignment,
  "azuread:index/application:Application": application,
  "azuread:index/applicationApiAccess:ApplicationApiAccess": applicationApiAccess,
  "azuread:index/applicationCertificate:ApplicationCertificate": applicationCertificate,
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential":
    applicationFederatedIdentityCredential,
  "azuread:index/applicationOwner:ApplicationOwner": applicationOwner,
  "azuread:index/applicationPassword:ApplicationPassword": applicationPassword,
  "azuread:index/applicationRegistration:ApplicationRegistration": applicationRegistration,
  "azuread:index/customDirectoryRole:CustomDirectoryRole": customDirectoryRole,
  "azuread:index/directoryRole:DirectoryRole": directoryRole,
  "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment": directoryRoleAssignment,
  "azuread:index/group:Group": group,
  "azuread:index/groupMember:GroupMember": groupMember,
  "azuread:index/servicePrincipal:ServicePrincipal": servicePrincipal,
  "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant":
    servicePrincipalDelegatedPermissionGrant,
  "azuread:index/servicePrincipalPassword:ServicePrincipalPassword": servicePrincipalPassword,
};

/**
 * The `azuread` provider, with the behaviour of version 6.10, over the sandbox's directory. Waiting for the
 * directory to catch up, which takes the real one seconds, is left out: the sandbox has nothing to wait for.
 */
export function createAzureadProvider({
  enforceRights = false,
  ...services
}: {
  store: Store;
  clock: Clock;
  randomness: Randomness;
  /** Whether the identity that deploys may do only what its Graph permissions and roles allow; default not. */
  enforceRights?: boolean;
  /** Who deploys; default the sandbox's own deployer. */
  deployer?: ProviderCaller;
}): EmulatedProvider {
  const directory = directoryIn({ ...services, enforceRights });
  let tenantId: string | undefined;
  const behaviours = Object.entries(azureadResources).map(
    ([type, make]) => [type, sdkBehaviour(make(directory))] as const,
  );
  const functions = {
    getApplication: getApplication(directory),
    getApplicationPublishedAppIds: getApplicationPublishedAppIds(),
    getClientConfig: getClientConfig(directory, () => tenantId),
    getGroup: getGroup(directory),
    getGroups: getGroups(directory),
    getServicePrincipal: getServicePrincipal(directory),
    getServicePrincipals: getServicePrincipals(directory),
  };
  return bridgedProvider({
    name: "azuread",
    version: "6.10.0",
    config: azureadConfig,
    resources: new Map(behaviours),
    functions: new Map(
      Object.entries(functions).map(([name, call]) => [`azuread:index/${name}:${name}`, call]),
    ),
    capabilities: {
      acceptSecrets: false,
      supportsPreview: true,
      acceptResources: false,
      acceptOutputs: false,
      supportsAutonamingConfiguration: true,
    },
    configure(settings) {
      tenantId =
        typeof settings.tenantId === "string" && settings.tenantId !== "" ? settings.tenantId : undefined;
    },
  });
}
