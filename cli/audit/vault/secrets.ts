import type { TokenCredential } from "@azure/core-auth";
import { isRestError } from "@azure/core-rest-pipeline";
import { SecretClient, type SecretClientOptions, type SecretProperties } from "@azure/keyvault-secrets";
import pLimit from "p-limit";
import { MINUTE_MS } from "../../../infra/duration.ts";
import { identifier } from "../graph/entities.ts";
import type { RetryTiming } from "../graph/retry.ts";
import type { Gap, VaultSecret } from "../model.ts";
import { safeText } from "../safe-text.ts";

/** For all pages of one vault. */
const VAULT_TIMEOUT_MS = 10 * MINUTE_MS;
const PAGE_SIZE = 25;
const MAX_RETRIES = 5;

/** What was read of some vaults, and what could not be. */
export interface VaultReading {
  secrets: VaultSecret[];
  gaps: Gap[];
}

/**
 * Reads the properties of every secret in the vaults: names, dates and tags, never a value, for which the
 * caller does not even need the right.
 * @param concurrency how many vaults are read at once, at most
 */
export async function readVaults(
  vaultUris: readonly string[],
  credential: TokenCredential,
  keyIdTag: string,
  concurrency: number,
  { baseDelayMs = 500, maxDelayMs = 30_000 }: RetryTiming = {},
): Promise<VaultReading> {
  const options: SecretClientOptions = {
    retryOptions: { maxRetries: MAX_RETRIES, retryDelayInMs: baseDelayMs, maxRetryDelayInMs: maxDelayMs },
  };
  const limit = pLimit(concurrency);
  const readings = await Promise.all(
    vaultUris.map((uri) => limit(() => readVault(uri, new SecretClient(uri, credential, options), keyIdTag))),
  );
  return {
    secrets: readings.flatMap(({ secrets }) => secrets),
    gaps: readings.flatMap(({ gaps }) => gaps),
  };
}

async function readVault(uri: string, client: SecretClient, keyIdTag: string): Promise<VaultReading> {
  const secrets: VaultSecret[] = [];
  try {
    const pages = client
      .listPropertiesOfSecrets({ abortSignal: AbortSignal.timeout(VAULT_TIMEOUT_MS) })
      .byPage({ maxPageSize: PAGE_SIZE });
    for await (const page of pages) {
      for (const properties of page) secrets.push(vaultSecret(uri, properties, keyIdTag));
    }
    return { secrets, gaps: [] };
  } catch (error) {
    return { secrets: [], gaps: [vaultGap(uri, error)] };
  }
}

/** One entry of a vault's list. */
export function vaultSecret(vaultUri: string, properties: SecretProperties, keyIdTag: string): VaultSecret {
  const keyId = properties.tags?.[keyIdTag];
  return {
    vaultUri,
    name: safeText(properties.name),
    enabled: properties.enabled !== false,
    notBeforeMs: timeOf(properties.notBefore),
    expiresMs: timeOf(properties.expiresOn),
    ofCertificate: properties.managed === true || properties.certificateKeyId !== undefined,
    keyId: keyId === undefined ? null : identifier(keyId),
  };
}

function timeOf(date: Date | undefined): number | null {
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.getTime();
}

function vaultGap(uri: string, error: unknown): Gap {
  const status = isRestError(error) ? error.statusCode : undefined;
  const refused = status === 401 || status === 403;
  const code = isRestError(error) ? error.code : undefined;
  const why = refused
    ? `${status}: the role "Key Vault Reader" on the vault is missing, or its firewall keeps this machine out`
    : safeText(String(status ?? code ?? (error instanceof Error ? error.name : "failed")));
  return { what: `vault ${uri}`, why, essential: true, refused };
}
