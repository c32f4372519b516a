/** What people call a type whose own name says little. */
const WORDS: Readonly<Record<string, string>> = {
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential":
    "Federated credential",
  "azuread:index/applicationPassword:ApplicationPassword": "Client secret",
  "azuread:index/servicePrincipal:ServicePrincipal": "Service principal",
  "azure-native:applicationinsights:Component": "Application Insights",
  "azure-native:authorization:RoleAssignment": "Role assignment",
  "azure-native:eventgrid:SystemTopic": "Topic of the vault's events",
  "azure-native:eventgrid:SystemTopicEventSubscription": "Subscription to the vault's events",
  "azure-native:keyvault:Secret": "Vault secret",
  "azure-native:keyvault:Vault": "Key vault",
  "azure-native:monitor:ActionGroup": "Action group",
  "azure-native:monitor:DiagnosticSetting": "Diagnostic setting",
  "azure-native:monitor:ScheduledQueryRule": "Log alert rule",
  "azure-native:operationalinsights:Workspace": "Log Analytics workspace",
  "azure-native:resources:ResourceGroup": "Resource group",
  "random:index/randomInteger:RandomInteger": "Splay",
  "random:index/randomUuid:RandomUuid": "Trigger",
};

/** What people call a resource of this type; of a type that is not ours, its last part. */
export function kindOf(type: string): string {
  return Object.hasOwn(WORDS, type) ? (WORDS[type] ?? "") : (type.split(":").at(-1) ?? type);
}
