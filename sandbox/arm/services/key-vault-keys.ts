import { badRequest } from "../errors.ts";
import { resourceKey } from "../resource-id.ts";
import type { StoredType } from "../resource-types.ts";

interface KeyProperties {
  kty?: string;
  keySize?: number;
  curveName?: string;
  keyOps?: string[];
  attributes?: Record<string, unknown>;
}

const NAME = /^[a-zA-Z0-9-]{1,127}$/;
const RSA_SIZES = [2048, 3072, 4096];
const ALL_OPERATIONS = ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"];

/**
 * A vault's keys as the control plane makes and shows them. Working with them is the data plane's, which the
 * sandbox does not emulate for keys.
 * @see https://learn.microsoft.com/rest/api/keyvault/keys/keys/create-if-not-exist
 */
export const vaultKeys: StoredType = {
  kind: "stored",
  type: "Microsoft.KeyVault/vaults/keys",
  writtenOnce: true,
  write({ id, body, draft, context }) {
    const { kty, keySize, curveName, keyOps, attributes, ...others } = (body.properties ??
      {}) as KeyProperties;
    if (!NAME.test(id.name)) {
      throw badRequest(`The key name '${id.name}' is invalid: 1 to 127 letters, digits and dashes.`);
    }
    if (!["RSA", "RSA-HSM", "EC", "EC-HSM"].includes(kty ?? "")) {
      throw badRequest(`The key type '${kty ?? ""}' is not valid.`);
    }
    const isRsa = kty?.startsWith("RSA") ?? false;
    if (isRsa && !RSA_SIZES.includes(keySize ?? 2048)) {
      throw badRequest(`The key size ${keySize} is not valid; it must be one of ${RSA_SIZES.join(", ")}.`);
    }
    const vault = draft.arm.resources[resourceKey(id.parent ?? "")];
    const seconds = Math.floor(context.nowMs / 1000);
    const keyUri = `${context.vaultUri(vault?.name ?? "")}keys/${id.name}`;
    return {
      properties: {
        ...others,
        kty,
        ...(isRsa ? { keySize: keySize ?? 2048 } : { curveName: curveName ?? "P-256" }),
        keyOps: keyOps ?? ALL_OPERATIONS,
        attributes: {
          enabled: true,
          exportable: false,
          recoveryLevel: "Recoverable",
          ...attributes,
          created: seconds,
          updated: seconds,
        },
        keyUri,
        keyUriWithVersion: `${keyUri}/${context.randomness.uuid().replaceAll("-", "")}`,
      },
      extra: { location: vault?.location },
    };
  },
};
