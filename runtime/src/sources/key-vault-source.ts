import type { TokenCredential } from "@azure/core-auth";
import { SecretClient, type SecretClientOptions, type SecretProperties } from "@azure/keyvault-secrets";
import { abortable } from "../abort.ts";
import { OptionsCheck } from "../check-options.ts";
import { ClientSecret, type SecretInfo } from "../client-secret.ts";
import { SecretReadError, type SecretReadFailureReason } from "../errors.ts";
import { type HeaderReader, retryAfterMs } from "../retry-after.ts";
import type { ReadOptions, SecretSource } from "./secret-source.ts";

export interface KeyVaultSourceOptions {
  /** E.g. `https://keyturn-prod.vault.azure.net`. */
  readonly vaultUrl: string;
  /** The secret's name in the vault: 1 to 127 letters, digits and hyphens. */
  readonly secretName: string;
  /** The service's own identity: a managed identity, as a rule. Needs Key Vault Secrets User on the secret. */
  readonly credential: TokenCredential;
  /** For the vault's client: proxies, transport, user agent. Its retries stay off, because this library has its own. */
  readonly clientOptions?: SecretClientOptions;
}

/**
 * A secret in Azure Key Vault, as Keyturn publishes it: the tags say slot, generation, key id and dates, and the key
 * id of the previous one, which is found among the older versions. A secret without those tags will do, too; then
 * the newest older version counts as the previous one.
 *
 * @throws ConfigurationError naming every option that cannot be used.
 */
export function keyVaultSource(options: KeyVaultSourceOptions): SecretSource {
  new OptionsCheck("Options of keyVaultSource")
    .httpsUrl("vaultUrl", options.vaultUrl)
    .text("secretName", options.secretName, /^[0-9A-Za-z-]{1,127}$/, "1 to 127 letters, digits and hyphens")
    .require(
      "credential",
      options.credential,
      typeof options.credential?.getToken === "function",
      "a TokenCredential",
    )
    .done();
  const client = new SecretClient(options.vaultUrl, abortableCredential(options.credential), {
    ...options.clientOptions,
    retryOptions: { maxRetries: 0 },
  });
  return new KeyVaultSource(client, options.secretName);
}

/**
 * The vault's client lets all reads wait for one sign-in, and `@azure/identity` does not hand the signal on to the
 * request to Entra: one that is never answered would hold up every later read.
 */
function abortableCredential(credential: TokenCredential): TokenCredential {
  return {
    getToken: (scopes, options) =>
      abortable(Promise.resolve(credential.getToken(scopes, options)), options?.abortSignal),
  };
}

class KeyVaultSource implements SecretSource {
  readonly description: string;
  readonly #client: SecretClient;
  readonly #name: string;

  constructor(client: SecretClient, name: string) {
    this.description = `Key Vault secret ${name} in ${client.vaultUrl}`;
    this.#client = client;
    this.#name = name;
  }

  async readCurrent({ signal }: ReadOptions): Promise<ClientSecret> {
    return this.#read(undefined, signal);
  }

  async readPrevious(current: ClientSecret, { signal }: ReadOptions): Promise<ClientSecret | undefined> {
    const version = await this.#previousVersion(current.info, signal);
    return version === undefined ? undefined : this.#read(version, signal);
  }

  async #read(version: string | undefined, signal: AbortSignal): Promise<ClientSecret> {
    const options = version === undefined ? {} : { version };
    const { value, properties } = await this.#asReadError(
      this.#client.getSecret(this.#name, { ...options, abortSignal: signal }),
    );
    if (value === undefined || value.trim() === "") {
      throw new SecretReadError(this.description, "malformed");
    }
    return new ClientSecret(value, describe(properties));
  }

  async #previousVersion(current: SecretInfo, signal: AbortSignal): Promise<string | undefined> {
    let newest: SecretProperties | undefined;
    const versions = this.#client.listPropertiesOfSecretVersions(this.#name, { abortSignal: signal });
    const iterator = versions[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.#asReadError(iterator.next());
      if (next.done) {
        return newest?.version;
      }
      const properties = next.value;
      const isOther = properties.version !== current.version && properties.enabled !== false;
      if (isOther && isPrevious(describe(properties), current)) {
        newest = newer(properties, newest);
      }
    }
  }

  async #asReadError<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw asReadError(this.description, error);
    }
  }
}

function isPrevious(candidate: SecretInfo, current: SecretInfo): boolean {
  return current.previousKeyId === undefined
    ? candidate.keyId === undefined && (candidate.publishedAtMs ?? 0) <= (current.publishedAtMs ?? 0)
    : candidate.keyId === current.previousKeyId;
}

function newer(candidate: SecretProperties, held: SecretProperties | undefined): SecretProperties {
  return held === undefined || (candidate.createdOn ?? 0) > (held.createdOn ?? 0) ? candidate : held;
}

/** What tags and attributes say. Tags are written by hand too, so a strange one counts as missing. */
function describe({ version, tags, createdOn, expiresOn }: SecretProperties): SecretInfo {
  const generation = Number(tags?.generation);
  return {
    version: version ?? "unknown",
    generation: Number.isSafeInteger(generation) && generation > 0 ? generation : undefined,
    slot: tags?.slot,
    keyId: tags?.keyId,
    previousKeyId: tags?.previousKeyId,
    createdAtMs: instantMs(tags?.createdAt) ?? createdOn?.getTime(),
    publishedAtMs: createdOn?.getTime(),
    expiresAtMs: expiresOn?.getTime() ?? instantMs(tags?.expiresAt),
  };
}

function instantMs(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Keeps of the client's error what is harmless: status, code, and how long to wait.
 * Codes: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes.
 */
function asReadError(source: string, error: unknown): SecretReadError {
  const details = (error ?? {}) as {
    readonly name?: unknown;
    readonly statusCode?: unknown;
    readonly code?: unknown;
    readonly message?: unknown;
    readonly response?: { readonly headers?: { get(name: string): string | undefined } };
  };
  const code = typeof details.code === "string" && /^\w{1,64}$/.test(details.code) ? details.code : undefined;
  const headers: HeaderReader = { get: (name) => details.response?.headers?.get(name) ?? null };
  const reason = reasonFor(details.statusCode, details.name, String(details.message));
  return new SecretReadError(source, reason, {
    code: [details.statusCode, code].filter((part) => part !== undefined).join(" "),
    retryAfterMs: retryAfterMs(headers, Date.parse(headers.get("date") ?? "")),
  });
}

function reasonFor(status: unknown, name: unknown, message: string): SecretReadFailureReason {
  if (typeof name === "string" && identityErrors.includes(name)) {
    return "unauthorized";
  }
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return /disabled|not yet valid|SecretDisabled/i.test(message) ? "disabled" : "forbidden";
    case 404:
      return "missing";
    case 429:
      return "throttled";
    default:
      return "unavailable";
  }
}

/** What `@azure/identity` throws when the service's own identity gets no token. */
const identityErrors = [
  "AuthenticationError",
  "AuthenticationRequiredError",
  "AggregateAuthenticationError",
  "CredentialUnavailableError",
];
