import { DAY_MS } from "../../../infra/duration.ts";
import type { GuidTable } from "../guid-table.ts";
import type { Credential, DirectoryEntity, ManagedCredential, ManagedKey } from "../model.ts";
import { type AuditPolicy, tierOf } from "../policy.ts";
import { managedName } from "../stack/managed-names.ts";
import type { FindingKind } from "./catalogue.ts";
import { concerning, type Facts, type Finding } from "./finding.ts";
import type { ManagedKeys } from "./managed-keys.ts";
import { federationPlatform, mayNamePlatform } from "./platform.ts";
import { lowered, type Severity } from "./severity.ts";
import { byUrgency } from "./urgency.ts";

/** Of one kind on one application, so many findings are kept; one more tells how many there were besides. */
const MOST_OF_A_KIND = 20;

/** What an entity is judged by. */
export interface Judging {
  policy: AuditPolicy;
  nowMs: number;
  managed: ManagedKeys;
  /**
   * Day of the last sign-in by key, in days since 1970, 0 for a key that the report lists without a sign-in.
   * Undefined: there is no report, so that nothing can be said about use.
   */
  lastUsedDay: GuidTable | undefined;
}

/** Everything to be said about one application or service principal by itself. */
export function entityFindings(entity: DirectoryEntity, judging: Judging): Finding[] {
  const found: Finding[] = [];
  for (const credential of entity.credentials) addCredentialFindings(entity, credential, judging, found);
  const findings = limited(found);
  const platform = platformFinding(entity, judging.nowMs);
  if (platform !== undefined) findings.push(platform);
  return findings;
}

/** An application that nobody owns, given that it is one. None if it has no credential that could expire. */
export function ownerlessFinding(entity: DirectoryEntity, nowMs: number): Finding | undefined {
  const credentials = entity.credentials.filter(({ endMs }) => endMs === null || endMs > nowMs).length;
  if (credentials === 0) return undefined;
  return finding("no-owner", entity, entity.disabled ? "info" : "low", { credentials });
}

/** An application that has federated credentials, given that it has some, and client secrets besides. */
export function federatedFinding(entity: DirectoryEntity, nowMs: number): Finding | undefined {
  const secrets = liveSecrets(entity, nowMs).length;
  return secrets === 0 ? undefined : finding("could-be-federated", entity, "low", { secrets });
}

/** Adds to `found`: nearly every credential is in order, and nothing is made for it. */
function addCredentialFindings(
  entity: DirectoryEntity,
  credential: Credential,
  judging: Judging,
  found: Finding[],
): void {
  const { byKeyId } = judging.managed;
  const owner = byKeyId.size === 0 ? undefined : byKeyId.get(credential.keyId);
  const add = (each: Finding | undefined) => {
    if (each === undefined) return;
    found.push(owner === undefined ? each : { ...each, ...concerning(owner.credential) });
  };
  if (credential.endMs !== null && credential.endMs <= judging.nowMs) {
    add(expired(entity, credential, judging, owner?.key));
    return;
  }
  add(expiring(entity, credential, judging, owner?.key));
  add(tooLong(entity, credential, judging, owner?.credential));
  if (owner === undefined) add(stranger(entity, credential, judging));
  add(unused(entity, credential, judging));
}

function expired(
  entity: DirectoryEntity,
  credential: Credential,
  { nowMs }: Judging,
  key: ManagedKey | undefined,
): Finding {
  const dueMs = credential.endMs ?? nowMs;
  // A published secret is succeeded by a rotation, and by nothing that somebody made besides.
  const successor = key?.role !== "current" && hasSuccessor(entity, credential, nowMs);
  return {
    ...finding(
      "expired-credential",
      entity,
      expiredSeverity(),
      { successor, ...disabledFact(entity) },
      credential,
    ),
    dueMs,
    tier: 0,
  };

  function expiredSeverity(): Severity {
    if (entity.disabled) return "info";
    if (key?.role === "current") return "critical";
    if (successor || key?.role === "previous") return "low";
    // What expired long ago and was not missed is hardly in use.
    return nowMs - dueMs <= 30 * DAY_MS ? "critical" : "medium";
  }
}

function expiring(
  entity: DirectoryEntity,
  credential: Credential,
  { policy, nowMs }: Judging,
  key: ManagedKey | undefined,
): Finding | undefined {
  if (credential.endMs === null) return undefined;
  const tier = tierOf(credential.endMs, policy.tiers, nowMs);
  if (tier === undefined) return undefined;
  const successor = key?.role !== "current" && hasSuccessor(entity, credential, nowMs + policy.days * DAY_MS);
  // The previous key of a rotation is on its way out: that it ends is as it should be.
  if (key?.role === "previous" && successor) return undefined;
  return {
    ...finding(
      "expiring-credential",
      entity,
      severity(tier),
      { successor, ...disabledFact(entity) },
      credential,
    ),
    dueMs: credential.endMs,
    tier,
  };

  function severity(tier: number): Severity {
    if (entity.disabled) return "info";
    const byTier = tierSeverity(tier);
    if (successor) return lowered(byTier);
    // A managed secret is replaced long before: that it comes this far means that rotation is broken.
    return key !== undefined && byTier !== "critical" ? "high" : byTier;
  }
}

/** How urgent it is to act on something that ends within `tier` days. */
export function tierSeverity(tier: number): Severity {
  if (tier <= 1) return "critical";
  if (tier <= 7) return "high";
  return tier <= 30 ? "medium" : "low";
}

function tooLong(
  entity: DirectoryEntity,
  credential: Credential,
  { policy, nowMs }: Judging,
  managed: ManagedCredential | undefined,
): Finding | undefined {
  const maxLifetimeMs = managed?.lifetimeMs ?? policy.maxLifetimeDays * DAY_MS;
  if (credential.endMs === null) {
    return finding("lifetime-too-long", entity, entity.disabled ? "info" : "medium", {}, credential);
  }
  const lifetimeMs = credential.endMs - (credential.startMs ?? nowMs);
  // A day's grace: people count years and months, and those have no fixed length.
  if (lifetimeMs <= maxLifetimeMs + DAY_MS) return undefined;
  const facts = {
    lifetimeDays: Math.round(lifetimeMs / DAY_MS),
    maxLifetimeDays: Math.round(maxLifetimeMs / DAY_MS),
  };
  return finding("lifetime-too-long", entity, entity.disabled ? "info" : "low", facts, credential);
}

/**
 * A credential on a managed application that the stack does not know: made by hand, or left by a crash. One on its
 * service principal signs in just as well, and no stack makes any there.
 */
function stranger(entity: DirectoryEntity, credential: Credential, judging: Judging): Finding | undefined {
  const { byApplication, byClientId } = judging.managed;
  const managers =
    entity.type === "application" ? byApplication.get(entity.objectId) : byClientId.get(entity.appId);
  const [anyManager] = managers ?? [];
  if (managers === undefined || anyManager === undefined) return undefined;
  if (entity.type === "servicePrincipal") return byHand(anyManager);
  const origin = (each: ManagedCredential) =>
    credential.name === null ? undefined : managedName(credential.name, each);
  const namesake = managers.find((each) => origin(each) !== undefined);
  // The update that made it has not finished with it.
  if (namesake !== undefined && origin(namesake) === "pending") return undefined;
  if (namesake === undefined) return byHand(anyManager);
  return { ...finding("orphan-key", entity, "medium", {}, credential), ...concerning(namesake) };

  function byHand(manager: ManagedCredential): Finding {
    return {
      ...finding("hand-made-credential", entity, "high", {}, credential),
      ...concerning(manager),
    };
  }
}

function unused(entity: DirectoryEntity, credential: Credential, judging: Judging): Finding | undefined {
  const { lastUsedDay, nowMs, policy } = judging;
  const sinceMs = nowMs - policy.unusedDays * DAY_MS;
  // A certificate that verifies tokens or is not yet valid cannot have signed in.
  if (lastUsedDay === undefined || entity.disabled) return undefined;
  if (credential.startMs === null || credential.startMs > sinceMs) return undefined;
  const day = lastUsedDay.get(credential.keyId);
  // Only the day is known: the last sign-in may have been at its end.
  if (day !== undefined && (day + 1) * DAY_MS > sinceMs) return undefined;
  const facts: Facts = day === undefined || day === 0 ? {} : { lastUsedMs: day * DAY_MS };
  return finding("unused-credential", entity, "low", facts, credential);
}

/** Whether another credential of the same sort is valid today and ends after both `credential` and `thenMs`. */
function hasSuccessor(entity: DirectoryEntity, credential: Credential, thenMs: number): boolean {
  const afterMs = Math.max(thenMs, credential.endMs ?? thenMs);
  return entity.credentials.some(
    (other) =>
      other.keyId !== credential.keyId &&
      other.type === credential.type &&
      (other.startMs === null || other.startMs <= thenMs) &&
      (other.endMs === null || other.endMs > afterMs),
  );
}

function platformFinding(entity: DirectoryEntity, nowMs: number): Finding | undefined {
  if (entity.type !== "application" || entity.disabled) return undefined;
  if (
    !mayNamePlatform(entity.name) &&
    !entity.credentials.some(({ name }) => name !== null && mayNamePlatform(name))
  )
    return undefined;
  const secrets = liveSecrets(entity, nowMs);
  if (secrets.length === 0) return undefined;
  const platform = federationPlatform([entity.name, ...secrets.map(({ name }) => name ?? "")]);
  if (platform === undefined) return undefined;
  return finding("could-be-federated", entity, "info", { secrets: secrets.length, platform });
}

function liveSecrets(entity: DirectoryEntity, nowMs: number): Credential[] {
  return entity.credentials.filter(
    ({ type, endMs }) => type === "secret" && (endMs === null || endMs > nowMs),
  );
}

function disabledFact({ disabled }: DirectoryEntity): Facts {
  return disabled ? { disabled } : {};
}

function finding(
  kind: FindingKind,
  { type, objectId, appId, name, singleTenant }: DirectoryEntity,
  severity: Severity,
  facts: Facts,
  credential?: Credential,
): Finding {
  const id = credential === undefined ? `${kind}/${objectId}` : `${kind}/${objectId}/${credential.keyId}`;
  return {
    id,
    kind,
    severity,
    subject: { type, id: objectId, name, appId },
    ...(credential === undefined ? {} : { credential: { ...credential } }),
    facts: singleTenant ? facts : { ...facts, multiTenant: true },
  };
}

/** Keeps the most urgent findings of each kind, and one in place of the rest. */
function limited(findings: Finding[]): Finding[] {
  if (findings.length <= MOST_OF_A_KIND) return findings;
  const byKind = Map.groupBy(findings, ({ kind }) => kind);
  return [...byKind.values()].flatMap((ofKind) => {
    const [first] = ofKind;
    if (ofKind.length <= MOST_OF_A_KIND || first === undefined) return ofKind;
    const sorted = ofKind.toSorted(byUrgency);
    const [next] = sorted.slice(MOST_OF_A_KIND);
    const { credential: _, ...rest } = next ?? first;
    const others = ofKind.length - MOST_OF_A_KIND;
    return [
      ...sorted.slice(0, MOST_OF_A_KIND),
      { ...rest, id: `${rest.kind}/${rest.subject.id}/others`, facts: { ...rest.facts, others } },
    ];
  });
}
