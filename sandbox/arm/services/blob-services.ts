import { badRequest } from "../errors.ts";
import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/storagerp/blob-services/set-service-properties */
export const blobServices: StoredType = {
  kind: "stored",
  type: "Microsoft.Storage/storageAccounts/blobServices",
  write({ id, body, existing }) {
    if (id.name !== "default") {
      throw badRequest(`The blob service of a storage account is called 'default', not '${id.name}'.`);
    }
    const sent = body.properties ?? {};
    for (const policy of ["deleteRetentionPolicy", "containerDeleteRetentionPolicy"]) {
      const { enabled, days } = (sent[policy] ?? {}) as { enabled?: boolean; days?: number };
      if (enabled === true && !(days !== undefined && Number.isInteger(days) && days >= 1 && days <= 365)) {
        throw badRequest(`${policy}.days is ${days}; it must be a whole number from 1 to 365.`);
      }
    }
    return { properties: { ...blobServiceDefaults(), ...sent }, extra: { sku: existing?.extra.sku } };
  },
};

/** What a storage account's blob service is before anybody has said anything. */
export function blobServiceDefaults(): Record<string, unknown> {
  return {
    cors: { corsRules: [] },
    deleteRetentionPolicy: { enabled: false, allowPermanentDelete: false },
  };
}
