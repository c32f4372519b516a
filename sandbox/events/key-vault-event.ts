import type { ArmResource } from "../arm/state.ts";
import { isoSeconds } from "../iso-time.ts";
import type { SecretVersion, Vault } from "../keyvault/state.ts";
import { deterministicId } from "./deterministic-id.ts";

export type KeyVaultEventType =
  | "Microsoft.KeyVault.SecretNewVersionCreated"
  | "Microsoft.KeyVault.SecretNearExpiry"
  | "Microsoft.KeyVault.SecretExpired";

/** How long before its expiry a secret is "near" it (https://learn.microsoft.com/azure/event-grid/event-schema-key-vault). */
export const NEAR_EXPIRY_MS = 30 * 24 * 60 * 60 * 1000;

/** Something that happened to a secret, in no particular schema. */
export interface KeyVaultEvent {
  id: string;
  type: KeyVaultEventType;
  /** The vault's resource id. */
  source: string;
  /** The secret's name. */
  subject: string;
  atMs: number;
  data: {
    Id: string;
    VaultName: string;
    ObjectType: "Secret";
    ObjectName: string;
    Version: string;
    NBF: number | null;
    EXP: number | null;
  };
}

export interface KeyVaultEventArgs {
  type: KeyVaultEventType;
  vault: Vault;
  /** The vault's control-plane resource, for its URI. */
  resource: ArmResource | undefined;
  secretName: string;
  version: SecretVersion;
  atMs: number;
}

export function keyVaultEvent(args: KeyVaultEventArgs): KeyVaultEvent {
  const { type, vault, resource, secretName, version, atMs } = args;
  const vaultUri = String(resource?.properties.vaultUri ?? `https://${vault.name}.vault.azure.net/`);
  return {
    id: deterministicId(type, vault.resourceId, secretName, version.version, version.expires ?? 0),
    type,
    source: vault.resourceId,
    subject: secretName,
    atMs,
    data: {
      Id: `${vaultUri.replace(/\/$/, "")}/secrets/${secretName}/${version.version}`,
      VaultName: vault.name,
      ObjectType: "Secret",
      ObjectName: secretName,
      Version: version.version,
      NBF: version.notBefore,
      EXP: version.expires,
    },
  };
}

/**
 * The event as it is sent, in the subscription's schema.
 * @see https://learn.microsoft.com/azure/event-grid/event-schema-key-vault#event-examples
 */
export function inSchema(event: KeyVaultEvent, schema: string): Record<string, unknown> {
  const { id, type, source, subject, atMs, data } = event;
  const time = isoSeconds(atMs);
  return schema === "CloudEventSchemaV1_0"
    ? { id, source, specversion: "1.0", type, subject, time, data }
    : {
        id,
        topic: source,
        subject,
        eventType: type,
        eventTime: time,
        data,
        dataVersion: "1",
        metadataVersion: "1",
      };
}
