import {
  createVault,
  DEFAULT_RETENTION_DAYS,
  deletedVaultNamed,
  purgeWhatIsDue,
  recoverVault,
  softDeleteVault,
} from "../../keyvault/vaults.ts";
import { ArmError, badRequest } from "../errors.ts";
import { resourceKey } from "../resource-id.ts";
import type { ResourceWrite, StoredType } from "../resource-types.ts";

/** What a PUT may say of a vault (https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update). */
interface VaultProperties {
  tenantId?: string;
  sku?: { family?: string; name?: string };
  createMode?: string;
  accessPolicies?: unknown[];
  enableSoftDelete?: boolean;
  softDeleteRetentionInDays?: number;
  enablePurgeProtection?: boolean;
  enableRbacAuthorization?: boolean;
  publicNetworkAccess?: string;
  networkAcls?: Record<string, unknown>;
  [property: string]: unknown;
}

const NAME = /^(?!.*--)[a-zA-Z][a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$/;
const MIN_RETENTION_DAYS = 7;

export const vaults: StoredType = {
  kind: "stored",
  type: "Microsoft.KeyVault/vaults",
  tracked: true,
  systemData: true,

  write(write) {
    const { id, context, existing } = write;
    const sent = (write.body.properties ?? {}) as VaultProperties;
    const before = existing?.properties as VaultProperties | undefined;
    purgeWhatIsDue(write.draft, context.nowMs);
    requireValid(write, sent, before);
    if (existing === undefined) claimName(write, sent);
    const { createMode: _, ...properties } = sent;
    return {
      properties: {
        ...properties,
        accessPolicies: sent.accessPolicies ?? [],
        enabledForDeployment: sent.enabledForDeployment ?? false,
        enableSoftDelete: true,
        softDeleteRetentionInDays: retentionDays(sent, before),
        enableRbacAuthorization: sent.enableRbacAuthorization ?? false,
        enablePurgeProtection: sent.enablePurgeProtection ?? before?.enablePurgeProtection,
        publicNetworkAccess: sent.publicNetworkAccess ?? "Enabled",
        vaultUri: context.vaultUri(existing?.name ?? id.name),
        provisioningState: "Succeeded",
      },
    };
  },

  remove({ draft, resource, context }) {
    // A copy: the vault is put aside with what its control plane said of it, which is about to be removed.
    softDeleteVault(draft, resource.name, plain(resource), context.nowMs);
  },
};

function requireValid(
  { id, draft }: ResourceWrite,
  sent: VaultProperties,
  before: VaultProperties | undefined,
): void {
  if (!NAME.test(id.name)) {
    throw badRequest(
      `The vault name '${id.name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name ` +
        "must begin with a letter, end with a letter or digit, and not contain consecutive hyphens. Follow this " +
        "link for more information: https://go.microsoft.com/fwlink/?linkid=2147742",
      "VaultNameNotValid",
    );
  }
  if (sent.tenantId === undefined || sent.tenantId.toLowerCase() !== draft.entra.tenant.id.toLowerCase()) {
    throw badRequest(
      `The tenant ID '${sent.tenantId ?? ""}' of the vault is not the tenant '${draft.entra.tenant.id}' of its ` +
        "subscription.",
    );
  }
  if (sent.sku?.family !== "A" || !["standard", "premium"].includes(sent.sku.name?.toLowerCase() ?? "")) {
    throw badRequest("The vault's sku must be of family 'A', and its name 'standard' or 'premium'.");
  }
  if (sent.enableSoftDelete === false && before !== undefined) {
    throw badRequest(
      "The property \"enableSoftDelete\" can be set to false only for creating new vault. Enabling the 'soft delete' " +
        "functionality is an irreversible action.",
    );
  }
  if (sent.enablePurgeProtection === false) {
    throw badRequest(
      'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an ' +
        "irreversible action.",
    );
  }
  const days = retentionDays(sent, undefined);
  if (!Number.isInteger(days) || days < MIN_RETENTION_DAYS || days > DEFAULT_RETENTION_DAYS) {
    throw badRequest(
      `The property "softDeleteRetentionInDays" is ${days}; it must be a whole number from ${MIN_RETENTION_DAYS} to ` +
        `${DEFAULT_RETENTION_DAYS}.`,
    );
  }
  if (before !== undefined && retentionDays(sent, before) !== before.softDeleteRetentionInDays) {
    throw badRequest(
      'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.',
    );
  }
}

function retentionDays(sent: VaultProperties, before: VaultProperties | undefined): number {
  return sent.softDeleteRetentionInDays ?? before?.softDeleteRetentionInDays ?? DEFAULT_RETENTION_DAYS;
}

/** A vault's name is its own in all of Azure, and its own still after its deletion, until it is purged. */
function claimName({ draft, id, context }: ResourceWrite, { createMode }: VaultProperties): void {
  const held = draft.keyVault.vaults[id.name.toLowerCase()];
  if (held !== undefined && resourceKey(held.resourceId) !== resourceKey(id.id)) {
    throw new ArmError(
      409,
      "VaultAlreadyExists",
      `The vault name '${id.name}' is already in use. Vault names are globally unique so it is possible that the name ` +
        "is already taken. If you are sure that the vault name was not taken then it is possible that a vault with " +
        "the same name was recently deleted but not purged after being placed in a recoverable state.",
    );
  }
  const deleted = deletedVaultNamed(draft, id.name, context.nowMs);
  if (createMode === "recover") {
    if (deleted === undefined) {
      throw new ArmError(404, "DeletedVaultNotFound", `No soft-deleted vault has the name '${id.name}'.`);
    }
    recoverVault(draft, id.name).resourceId = id.id;
    return;
  }
  if (deleted !== undefined) {
    throw new ArmError(
      409,
      "ConflictError",
      "A vault with the same name already exists in deleted state. You need to either recover or purge existing key " +
        "vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
    );
  }
  createVault(draft, { name: id.name, resourceId: id.id });
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
