import { publish, vaultOf, versionKey, type WatchedVault } from "../events/event-grid.ts";
import { type EventSubscription, eventSubscriptions } from "../events/event-subscription.ts";
import { type KeyVaultEventType, keyVaultEvent, NEAR_EXPIRY_MS } from "../events/key-vault-event.ts";
import { evaluate, nextEvaluationMs } from "../events/metric-evaluation.ts";
import { type MetricRule, metricRules } from "../events/metric-rule.ts";
import type { SecretVersion } from "../keyvault/state.ts";
import { purgeWhatIsDue } from "../keyvault/vaults.ts";
import { evaluateLogRule, nextLogEvaluationMs } from "../logs/rules/evaluation.ts";
import { type LogRule, logRules } from "../logs/rules/log-rule.ts";
import type { State } from "../state.ts";

/** Something that happens because time has come to it. */
export interface Occurrence {
  /** When it is due: in the past, if a change has just made it so. Milliseconds since 1970. */
  atMs: number;
  /** Tells occurrences of one moment apart, and puts them in an order that never varies. */
  key: string;
  /** Lets it happen, at `nowMs`, to `draft`, which is a draft of `state`. */
  apply(state: State, draft: State, nowMs: number): void;
}

/** The first thing that happens by itself up to `toMs`; undefined: nothing does. Pure. */
export function nextOccurrence(state: State, toMs: number): Occurrence | undefined {
  let next: Occurrence | undefined;
  for (const occurrence of occurrences(state, toMs)) {
    if (occurrence.atMs > toMs) continue;
    if (next === undefined || isBefore(occurrence, next)) next = occurrence;
  }
  return next;
}

function isBefore(a: Occurrence, b: Occurrence): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.key < b.key;
}

/** For each source of occurrences its first one, at least. */
function* occurrences(state: State, toMs: number): Generator<Occurrence> {
  for (const subscription of eventSubscriptions(state)) {
    const watched = vaultOf(state, subscription);
    if (watched !== undefined) yield* expiries(state, subscription, watched);
  }
  for (const rule of metricRules(state)) {
    const atMs = nextEvaluationMs(state, rule, toMs);
    if (atMs !== undefined) yield evaluation(rule, atMs);
  }
  for (const rule of logRules(state)) {
    const atMs = nextLogEvaluationMs(state, rule, toMs);
    if (atMs !== undefined) yield logEvaluation(rule, atMs);
  }
  yield* purges(state);
}

/** The current versions' "near expiry" and "expired" that a subscription has not been told of. */
function* expiries(
  state: State,
  subscription: EventSubscription,
  watched: WatchedVault,
): Generator<Occurrence> {
  const memory = state.events.subscriptions[subscription.key];
  if (memory === undefined) return;
  for (const secret of Object.values(watched.vault.secrets)) {
    const version = secret.versions.at(-1);
    if (version === undefined || version.expires === null) continue;
    const key = versionKey(secret.name, version);
    if (memory.olderVersions.includes(key)) continue;
    const told = memory.announced[key] ?? {};
    const expiresMs = version.expires * 1000;
    const soon = { watched, secretName: secret.name, version };
    if (told.nearExpiry !== version.expires && state.clock.nowMs < expiresMs) {
      yield expiry(subscription, { ...soon, kind: "nearExpiry", atMs: expiresMs - NEAR_EXPIRY_MS });
    }
    if (told.expired !== version.expires) {
      yield expiry(subscription, { ...soon, kind: "expired", atMs: expiresMs });
    }
  }
}

interface Expiry {
  watched: WatchedVault;
  secretName: string;
  version: SecretVersion;
  kind: "nearExpiry" | "expired";
  atMs: number;
}

const EVENT_TYPES: Record<Expiry["kind"], KeyVaultEventType> = {
  nearExpiry: "Microsoft.KeyVault.SecretNearExpiry",
  expired: "Microsoft.KeyVault.SecretExpired",
};

function expiry(
  subscription: EventSubscription,
  { watched, secretName, version, kind, atMs }: Expiry,
): Occurrence {
  const key = versionKey(secretName, version);
  return {
    atMs,
    key: `1 ${subscription.key} ${key} ${kind}`,
    apply: (state, draft, nowMs) => {
      const memory = draft.events.subscriptions[subscription.key];
      if (memory === undefined || version.expires === null) return;
      memory.announced[key] = { ...memory.announced[key], [kind]: version.expires };
      const type = EVENT_TYPES[kind];
      publish(
        state,
        draft.events,
        subscription,
        keyVaultEvent({ type, ...watched, secretName, version, atMs: nowMs }),
      );
    },
  };
}

function evaluation(rule: MetricRule, atMs: number): Occurrence {
  return {
    atMs,
    key: `2 ${rule.key}`,
    apply: (state, draft, nowMs) => evaluate(state, draft.events, rule, nowMs),
  };
}

function logEvaluation(rule: LogRule, atMs: number): Occurrence {
  return {
    atMs,
    key: `2 ${rule.key}`,
    apply: (state, draft, nowMs) => evaluateLogRule(state, draft, rule, nowMs),
  };
}

function purge(_state: State, draft: State, nowMs: number): void {
  purgeWhatIsDue(draft, nowMs);
}

/** The end of a soft-deleted secret's or vault's retention. */
function* purges(state: State): Generator<Occurrence> {
  const { vaults, deletedVaults } = state.keyVault;
  const deleted = [
    ...Object.values(deletedVaults),
    ...Object.values(vaults).flatMap(({ deletedSecrets }) => Object.values(deletedSecrets)),
  ];
  for (const { scheduledPurgeDate } of deleted) {
    yield { atMs: scheduledPurgeDate * 1000, key: "3 purge", apply: purge };
  }
}
