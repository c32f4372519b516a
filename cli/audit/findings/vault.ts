import { DAY_MS } from "../../../infra/duration.ts";
import type { KeyDates, ManagedCredential, VaultSecret } from "../model.ts";
import { type AuditPolicy, tierOf } from "../policy.ts";
import type { FindingKind } from "./catalogue.ts";
import { tierSeverity } from "./entity.ts";
import { concerning, type Facts, type Finding } from "./finding.ts";
import type { ManagedKeys } from "./managed-keys.ts";
import { type Severity, severityRank } from "./severity.ts";

export interface VaultJudging {
  policy: AuditPolicy;
  nowMs: number;
  managed: ManagedKeys;
  /** When the keys that vault secrets refer to begin and end, as the directory has them. */
  entraDates: ReadonlyMap<string, KeyDates>;
}

/** Everything to be said about the vaults' secrets. */
export function vaultFindings(secrets: readonly VaultSecret[], judging: VaultJudging): Finding[] {
  return [
    ...secrets.flatMap((secret) => secretFindings(secret, judging)),
    ...duplicates(secrets, judging.managed),
  ];
}

function secretFindings(secret: VaultSecret, judging: VaultJudging): Finding[] {
  // A disabled secret can be read by nobody; a certificate's dates are those of the certificate.
  if (!secret.enabled || secret.ofCertificate) return [];
  const manager = managerOf(secret, judging.managed);
  const managedBy = manager === undefined ? {} : concerning(manager);
  return [dates(secret, judging), noExpiry(secret, manager), expiry(secret, judging)]
    .filter((each) => each !== undefined)
    .map((each) => ({ ...each, ...managedBy }));
}

function dates(secret: VaultSecret, { entraDates, nowMs }: VaultJudging): Finding | undefined {
  const entra = secret.keyId === null ? undefined : entraDates.get(secret.keyId);
  if (entra === undefined) return undefined;
  const [ends, starts] = [endsApart(secret, entra), startsApart(secret, entra, nowMs)];
  const apart = [ends, starts].filter((each) => each !== undefined);
  const [worst] = apart.map(({ severity }) => severity).sort((a, b) => severityRank(a) - severityRank(b));
  if (worst === undefined) return undefined;
  return finding("vault-date-mismatch", secret, worst, Object.assign({}, ...apart.map(({ facts }) => facts)));
}

interface Apart {
  severity: Severity;
  facts: Facts;
}

function endsApart({ expiresMs }: VaultSecret, { endMs }: KeyDates): Apart | undefined {
  // Key Vault keeps whole seconds.
  if (cutToSecond(endMs) === cutToSecond(expiresMs)) return undefined;
  // A vault that promises more than Entra keeps makes readers trust a dead secret, and no alert comes.
  const later = endMs !== null && (expiresMs === null || expiresMs > endMs);
  const facts = { vaultMs: expiresMs ?? "never", entraMs: endMs ?? "never" };
  return { severity: later ? "high" : "medium", facts };
}

/** A vault need not say when a secret begins. A day apart is nothing: a rotation plans the date, then makes the key. */
function startsApart({ notBeforeMs }: VaultSecret, { startMs }: KeyDates, nowMs: number): Apart | undefined {
  if (notBeforeMs === null || startMs === null || Math.abs(notBeforeMs - startMs) <= DAY_MS) return undefined;
  // Readers are given a key that Entra does not take yet.
  const tooEarly = notBeforeMs < startMs && startMs > nowMs;
  return {
    severity: tooEarly ? "high" : "low",
    facts: { vaultStartMs: notBeforeMs, entraStartMs: startMs },
  };
}

function noExpiry(secret: VaultSecret, manager: ManagedCredential | undefined): Finding | undefined {
  if (secret.expiresMs !== null) return undefined;
  return finding("vault-secret-no-expiry", secret, manager === undefined ? "low" : "high", {});
}

/** A secret that holds an Entra key known to the directory is left to that key's own findings. */
function expiry(secret: VaultSecret, { policy, nowMs, entraDates }: VaultJudging): Finding | undefined {
  if (secret.expiresMs === null) return undefined;
  if (secret.keyId !== null && entraDates.has(secret.keyId)) return undefined;
  const tier = tierOf(secret.expiresMs, policy.tiers, nowMs);
  if (tier === undefined) return undefined;
  const found =
    tier === 0
      ? finding("vault-secret-expired", secret, "medium", {})
      : finding("vault-secret-expiring", secret, tierSeverity(tier), {});
  return { ...found, dueMs: secret.expiresMs, tier };
}

/** One finding a name, on the copy that the stack publishes, or else the first in the alphabet. */
function duplicates(secrets: readonly VaultSecret[], managed: ManagedKeys): Finding[] {
  const byName = Map.groupBy(
    secrets.filter(({ enabled, ofCertificate }) => enabled && !ofCertificate),
    ({ name }) => name.toLowerCase(),
  );
  return [...byName.values()].flatMap((copies) => {
    if (copies.length < 2) return [];
    const sorted = copies.toSorted((a, b) => (a.vaultUri < b.vaultUri ? -1 : 1));
    const main = sorted.find((copy) => managerOf(copy, managed) !== undefined) ?? sorted[0];
    if (main === undefined) return [];
    const manager = managerOf(main, managed);
    const vaults = sorted.map(({ vaultUri }) => new URL(vaultUri).hostname);
    const list = vaults.length > 5 ? `${vaults.slice(0, 5).join(", ")} …` : vaults.join(", ");
    const severity: Severity = manager === undefined ? "info" : "medium";
    const found = finding("duplicate-vault-secret", main, severity, { vaults: vaults.length, list });
    return [manager === undefined ? found : { ...found, ...concerning(manager) }];
  });
}

/** The credential that a stack publishes as this secret. */
function managerOf({ vaultUri, name }: VaultSecret, managed: ManagedKeys): ManagedCredential | undefined {
  return managed.credentials.find(
    (credential) =>
      credential.secretName.toLowerCase() === name.toLowerCase() && credential.vaultUri === vaultUri,
  );
}

function cutToSecond(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000);
}

function finding(kind: FindingKind, secret: VaultSecret, severity: Severity, facts: Facts): Finding {
  const address = `${secret.vaultUri}/secrets/${secret.name}`;
  return {
    id: `${kind}/${new URL(secret.vaultUri).hostname}/${secret.name}`,
    kind,
    severity,
    subject: { type: "vaultSecret", id: address, name: secret.name },
    facts,
  };
}
