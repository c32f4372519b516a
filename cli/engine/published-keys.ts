import { type Azure, openAzure } from "../bootstrap/azure.ts";
import { CommandError } from "../exit-codes.ts";
import type { Deployment } from "./checkpoint.ts";

/** The ids of the keys that the stack's vaults publish, current and previous ones. */
export type ReadPublishedKeys = (deployment: Deployment) => Promise<ReadonlySet<string>>;

const SECRET = "azure-native:keyvault:Secret";
/** A version of Key Vault's types (https://learn.microsoft.com/azure/templates/microsoft.keyvault/vaults/secrets). */
const API_VERSION = "2024-11-01";

/**
 * Asks the vaults themselves, through Resource Manager, which never hands out values.
 * The reader throws CommandError if one of them cannot be read.
 */
export function publishedKeysReader(
  env: NodeJS.ProcessEnv,
  open: (env: NodeJS.ProcessEnv) => Promise<Pick<Azure, "resource">> = openAzure,
): ReadPublishedKeys {
  return async ({ resources = [] }) => {
    const ids = resources.flatMap(({ type, id }) => (type === SECRET && id !== undefined ? [id] : []));
    const keyIds = new Set<string>();
    try {
      const azure = await open(env);
      for (const id of ids) {
        const { keyId, previousKeyId } = (await azure.resource(id, API_VERSION))?.tags ?? {};
        for (const each of [keyId, previousKeyId]) if (each !== undefined) keyIds.add(each);
      }
    } catch (error) {
      if (error instanceof CommandError || !(error instanceof Error)) throw error;
      throw new CommandError(`what the vaults publish cannot be read: ${error.message}`);
    }
    return keyIds;
  };
}
