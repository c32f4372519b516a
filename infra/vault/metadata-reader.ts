import { getSecret } from "@pulumi/azure-native/keyvault/getSecret.js";
import type { ReadMetadata } from "./read-published.ts";

/** Reads secrets' metadata through Resource Manager, which never hands out values. */
export function metadataReader(resourceGroupName: string): ReadMetadata {
  return async (secretName, vaultName) => {
    const { tags, properties } = await getSecret({ resourceGroupName, vaultName, secretName });
    const { expires, created } = properties.attributes ?? {};
    return { tags: tags ?? {}, exp: expires, created };
  };
}
