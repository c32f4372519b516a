import { getSecret } from "@pulumi/azure-native/keyvault/getSecret.js";
import type { Settings } from "../settings/schema.ts";
import type { ReadMetadata } from "./read-published.ts";

/** Reads secrets' metadata through Resource Manager, which never hands out values. */
export function metadataReader(vault: Settings["vault"]): ReadMetadata {
  return async (secretName) => {
    const { tags, properties } = await getSecret({
      resourceGroupName: vault.resourceGroup,
      vaultName: vault.name,
      secretName,
    });
    const { expires, created } = properties.attributes ?? {};
    return { tags: tags ?? {}, exp: expires, created };
  };
}
