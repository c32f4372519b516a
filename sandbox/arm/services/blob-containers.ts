import { isoSeconds } from "../../iso-time.ts";
import { badRequest } from "../errors.ts";
import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
const NAME = /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/;

/** https://learn.microsoft.com/rest/api/storagerp/blob-containers/create */
export const blobContainers: StoredType = {
  kind: "stored",
  type: "Microsoft.Storage/storageAccounts/blobServices/containers",
  write({ id, body, context }) {
    if (!NAME.test(id.name)) {
      throw badRequest(
        `The container name '${id.name}' is invalid: 3 to 63 lower-case letters, digits and single dashes.`,
        "ContainerNameInvalid",
      );
    }
    return {
      properties: {
        defaultEncryptionScope: "$account-encryption-key",
        denyEncryptionScopeOverride: false,
        publicAccess: "None",
        ...body.properties,
        deleted: false,
        hasImmutabilityPolicy: false,
        hasLegalHold: false,
        lastModifiedTime: isoSeconds(context.nowMs),
        leaseState: "Available",
        leaseStatus: "Unlocked",
        remainingRetentionDays: 0,
      },
      extra: { etag: `"0x${context.randomness.uuid().slice(0, 8).toUpperCase()}"` },
    };
  },
};
