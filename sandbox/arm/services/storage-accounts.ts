import { isoSeconds } from "../../iso-time.ts";
import { ArmError, badRequest } from "../errors.ts";
import { resourceKey } from "../resource-id.ts";
import type { ResourceWrite, StoredType } from "../resource-types.ts";
import { blobServiceDefaults } from "./blob-services.ts";

const NAME = /^[a-z0-9]{3,24}$/;
const KINDS = ["Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"];

/** https://learn.microsoft.com/rest/api/storagerp/storage-accounts/create */
export const storageAccounts: StoredType = {
  kind: "stored",
  type: "Microsoft.Storage/storageAccounts",
  tracked: true,

  write(write) {
    const { id, body, existing, context } = write;
    requireValid(write);
    const sent = body.properties ?? {};
    const now = isoSeconds(context.nowMs);
    const created = existing?.properties.creationTime ?? now;
    const location = String(body.location).toLowerCase().replaceAll(" ", "");
    if (existing === undefined) addBlobService(write);
    return {
      properties: {
        accessTier: "Hot",
        minimumTlsVersion: "TLS1_0",
        supportsHttpsTrafficOnly: true,
        networkAcls: {
          bypass: "AzureServices",
          virtualNetworkRules: [],
          ipRules: [],
          defaultAction: "Allow",
        },
        encryption: {
          services: {
            blob: { keyType: "Account", enabled: true, lastEnabledTime: created },
            file: { keyType: "Account", enabled: true, lastEnabledTime: created },
          },
          keySource: "Microsoft.Storage",
        },
        ...sent,
        keyCreationTime: { key1: created, key2: created },
        creationTime: created,
        primaryEndpoints: endpointsOf(id.name),
        primaryLocation: location,
        privateEndpointConnections: [],
        provisioningState: "Succeeded",
        statusOfPrimary: "available",
      },
      extra: { kind: body.kind, sku: { ...skuOf(write), tier: "Standard" } },
    };
  },
};

function skuOf({ body }: ResourceWrite): { name?: string } {
  return (body.sku ?? {}) as { name?: string };
}

function requireValid(write: ResourceWrite): void {
  const { id, body, draft } = write;
  if (!NAME.test(id.name)) {
    throw badRequest(
      `${id.name} is not a valid storage account name. Storage account name must be between 3 and 24 characters in ` +
        "length and use numbers and lower-case letters only.",
      "AccountNameInvalid",
    );
  }
  if (!KINDS.includes(String(body.kind))) {
    throw badRequest(`The storage account property 'kind' has the value '${body.kind}', which is not valid.`);
  }
  const { name = "" } = skuOf(write);
  if (!/^(Standard|Premium)_\w+$/.test(name)) {
    throw badRequest(`The storage account property 'sku.name' has the value '${name}', which is not valid.`);
  }
  // Such a name is unique in all of Azure.
  const taken = Object.values(draft.arm.resources).some(
    (other) =>
      other.type === storageAccounts.type &&
      other.name === id.name &&
      resourceKey(other.id) !== resourceKey(id.id),
  );
  if (taken) {
    throw new ArmError(
      409,
      "StorageAccountAlreadyTaken",
      `The storage account named ${id.name} is already taken.`,
    );
  }
}

/** A storage account has its blob service from the start, as it is by default. */
function addBlobService({ draft, id, context }: ResourceWrite): void {
  const now = isoSeconds(context.nowMs);
  const serviceId = `${id.id}/blobServices/default`;
  draft.arm.resources[resourceKey(serviceId)] = {
    id: serviceId,
    type: "Microsoft.Storage/storageAccounts/blobServices",
    name: "default",
    location: null,
    tags: {},
    properties: blobServiceDefaults(),
    extra: { sku: { name: "Standard_LRS", tier: "Standard" } },
    hidden: {},
    createdAt: now,
    updatedAt: now,
  };
}

function endpointsOf(name: string): Record<string, string> {
  return Object.fromEntries(
    ["blob", "dfs", "file", "queue", "table"].map((service) => [
      service,
      `https://${name}.${service}.core.windows.net/`,
    ]),
  );
}
