import type { ClientSecret } from "../client-secret.ts";
import { SecretCache } from "../secret-cache.ts";
import { fileSource } from "../sources/file-source.ts";
import { keyVaultSource } from "../sources/key-vault-source.ts";
import type { SecretSource } from "../sources/secret-source.ts";
import type { AgentSource, CommonSettings } from "./command-line.ts";
import { type AgentHost, AgentLog } from "./host.ts";

/** `@azure/identity` is not installed. */
export class IdentityMissingError extends Error {
  override readonly name = "IdentityMissingError";

  constructor() {
    super("Reading from Key Vault needs the package @azure/identity. Install it beside @keyturn/runtime.");
  }
}

/** Authorities that `@azure/identity` knows; another one is somebody's own cloud, of which only itself can tell. */
const knownAuthorities = [
  "login.microsoftonline.com",
  "login.microsoftonline.us",
  "login.partner.microsoftonline.cn",
  "login.chinacloudapi.cn",
];

/** Opens the source. @throws ConfigurationError, IdentityMissingError */
export async function openSource(source: AgentSource, host: AgentHost): Promise<SecretSource> {
  if (source.kind === "file") {
    return fileSource({ path: source.path, clock: host.clock });
  }
  const identity = await import("@azure/identity").catch(() => {
    throw new IdentityMissingError();
  });
  const authority = host.environment.AZURE_AUTHORITY_HOST;
  const authorityName =
    authority !== undefined && URL.canParse(authority) ? new URL(authority).hostname : undefined;
  const credential = new identity.DefaultAzureCredential({
    disableInstanceDiscovery: authorityName !== undefined && !knownAuthorities.includes(authorityName),
  });
  return keyVaultSource({ vaultUrl: source.vaultUrl, secretName: source.secretName, credential });
}

/** Reads the source as long as the agent runs, and tells of each secret that is another one than before. */
export function openFeed(
  settings: CommonSettings,
  source: SecretSource,
  host: AgentHost,
  onSecret: (secret: ClientSecret) => void,
): SecretCache {
  const log = new AgentLog(host, settings.json);
  return new SecretCache({
    source,
    clock: host.clock,
    random: host.random,
    refreshIntervalMs: settings.intervalMs,
    readTimeoutMs: 10_000,
    isRefused: () => false,
    onRead: (error) => {
      if (error !== undefined) {
        log.tell("secret-read-failed", error.message, { reason: error.reason });
      }
    },
    onChanged: (secret, before) => {
      if (before?.hasSameValueAs(secret) !== true) {
        onSecret(secret);
      }
    },
  });
}

/** The secret in words: `generation 3 (slot a), until 2026-07-01T00:00:00Z`. */
export function describeSecret({ info }: ClientSecret): string {
  const name = info.generation === undefined ? `version ${info.version}` : `generation ${info.generation}`;
  const slot = info.slot === undefined ? "" : ` (slot ${info.slot})`;
  const end = info.expiresAtMs === undefined ? "" : `, until ${new Date(info.expiresAtMs).toISOString()}`;
  return name + slot + end;
}
