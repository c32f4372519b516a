/** The resources of Azure Resource Manager. */
export interface ArmState {
  subscriptionId: string;
  /** By resource id, lower case. */
  resources: Record<string, ArmResource>;
  settings: ArmSettings;
}

/** How the emulated Resource Manager behaves where the real one varies. */
export interface ArmSettings {
  /** How long after it was written a role assignment first counts, in milliseconds. Azure takes minutes. */
  roleAssignmentPropagationMs: number;
}

export interface ArmResource {
  /** The id as it was first written. */
  id: string;
  /** E.g. `Microsoft.KeyVault/vaults`. */
  type: string;
  name: string;
  location: string | null;
  tags: Record<string, string>;
  /** The resource's body as the service would return it under `properties`. */
  properties: Record<string, unknown>;
  /** Top-level members besides the above (`kind`, `sku`, `identity`, `etag` …). */
  extra: Record<string, unknown>;
  /** What the service knows and never returns with the resource: keys, webhook addresses. */
  hidden: Record<string, unknown>;
  /** ISO 8601, seconds, `Z`. */
  createdAt: string;
  updatedAt: string;
}

export function initialArmState(subscriptionId: string): ArmState {
  return { subscriptionId, resources: {}, settings: { roleAssignmentPropagationMs: 0 } };
}
