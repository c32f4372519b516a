/** Ids of Azure's built-in roles (https://learn.microsoft.com/azure/role-based-access-control/built-in-roles). */
export const builtInRoles = {
  reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  /** Metadata of a vault's objects, no values. */
  keyVaultReader: "21090545-7ca7-4776-b22c-e363652d74d2",
  /** Reads the values of secrets. */
  keyVaultSecretsUser: "4633458b-17de-408a-b874-0445c86b69e6",
} as const;

/** The full id of a built-in role, as seen from `scopeId`'s subscription. */
export function roleDefinitionId(scopeId: string, role: string): string {
  const subscription = /^\/subscriptions\/[^/]+/i.exec(scopeId)?.[0] ?? "";
  return `${subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`;
}
