import { formatInstant } from "../instant.ts";
import { PUBLICATION_MARGIN_MS } from "./dates.ts";
import type { FailureKind, Memory, VerificationFailure } from "./memory.ts";
import type { Plan, Publication, Request } from "./plan-types.ts";
import { type Policy, UPDATE_INTERVAL_MS } from "./policy.ts";
import { type Published, rotateAfterMs, type SecretRecord } from "./published.ts";

/**
 * What a plan leads to: pure like the plan itself. Asks whoever runs it to verify secrets, and decides by the
 * verdicts what is published and what the stack remembers.
 */

/** What became of a verification. */
export type Verdict = { ok: true } | { ok: false; kind: FailureKind; reason: string };

/** A secret of this update: the one that the plan wants published, or the one that is. */
export type Role = "candidate" | "current";

/** A secret to be verified: before it is published, or because it is. */
export interface Question {
  role: Role;
  purpose: "publish" | "watch";
}

export interface OutcomeInput {
  credential: string;
  clientId: string;
  policy: Policy;
  plan: Plan;
  /** What the vault publishes before this update. */
  published: Published | undefined;
  memory: Memory;
  /** Digest of the credential's settings. */
  settings: string;
  nowMs: number;
  splayDays: number;
  /** The plan's secrets as they really are, with key ids and with the dates that they were made with. */
  records: Readonly<Record<Role, SecretRecord | undefined>>;
  /** When Entra made the candidate, by its own clock; undefined if that is not known. */
  candidateMadeAtMs: number | undefined;
  /** Whether what is published is to be published in another vault as well. Default: false. */
  isToMove?: boolean;
}

/** What this update leads to, without any secret value. */
export interface Outcome {
  /** What is to be published; undefined if there is nothing that may be. */
  published: Published | undefined;
  memory: Memory;
  /** Whether what is published may be published in the vault that it is to be moved to. */
  mayMove: boolean;
  /** Whether the version in the vault has to stay although its value is gone: what was made in its place is not proved. */
  keepAsItIs: boolean;
}

/** An outcome, and whose value belongs to what is published. */
export interface Decision extends Outcome {
  value: Role | undefined;
}

/**
 * Decides what is published and remembered.
 * @returns a generator that yields what is to be verified, takes the verdict, and returns the decision.
 */
export function* decideOutcome(input: OutcomeInput): Generator<Question, Decision, Verdict> {
  const { plan, memory, records } = input;
  if (plan.publish === undefined || records.candidate === undefined) return yield* watch(input);

  const verdict: Verdict = clockVerdict(input) ?? (yield { role: "candidate", purpose: "publish" });
  if (!verdict.ok) {
    const watched = yield* watch(input);
    return { ...watched, memory: { ...watched.memory, failure: failureAfter(input, plan.publish, verdict) } };
  }
  return {
    value: "candidate",
    published: publishedAfter(input, plan.publish, records.candidate),
    mayMove: input.isToMove === true,
    keepAsItIs: false,
    memory: {
      ...memory,
      // Whatever was retired before, what is the previous secret now is not.
      retiredGeneration: undefined,
      failure: undefined,
      broken: undefined,
      firstPublishedAtMs: memory.firstPublishedAtMs ?? firstKnownMs(input.published) ?? input.nowMs,
      requests: plan.requestsDoneIfPublished,
      pending: isDone(plan.pending, plan.requestsDoneIfPublished) ? undefined : plan.pending,
    },
  };
}

/** The earliest publication that what is published knows of; what was before that nobody has written down. */
function firstKnownMs(published: Published | undefined): number | undefined {
  return published && Math.min(published.current.createdAtMs, published.previous?.createdAtMs ?? Infinity);
}

function isDone(request: Request | undefined, done: readonly string[]): boolean {
  return request !== undefined && done.includes(request.id);
}

/** Between a plan and the secret: no more than a day, even if an update that died had made it. */
const MOST_CLOCK_ERROR_MS = UPDATE_INTERVAL_MS + PUBLICATION_MARGIN_MS;

/**
 * A new secret lives and is rotated by dates that were counted from the plan's clock. If that differs from Entra's
 * own, the secret would die too early, or never be rotated: it must not be published. In an emergency it may.
 */
function clockVerdict({ plan, memory, records, candidateMadeAtMs }: OutcomeInput): Verdict | undefined {
  const isEmergency = plan.action === "revoke" || plan.action === "rollback" || memory.broken !== undefined;
  if (candidateMadeAtMs === undefined || records.candidate === undefined || isEmergency) return undefined;
  const { createdAtMs } = records.candidate;
  if (Math.abs(candidateMadeAtMs - createdAtMs) <= MOST_CLOCK_ERROR_MS) return undefined;
  return {
    ok: false,
    kind: "rejected",
    reason: `it was planned at ${formatInstant(createdAtMs)}, but Entra made it at ${formatInstant(candidateMadeAtMs)}: the clock that the plan was made by is wrong`,
  };
}

/** Nothing new is published: makes sure that what is published still works. */
function* watch({
  plan,
  memory,
  published,
  records,
  isToMove = false,
}: OutcomeInput): Generator<Question, Decision, Verdict> {
  const remembered = {
    ...memory,
    // A retirement is remembered before the secret is gone: the engine deletes last.
    retiredGeneration: plan.retiredGeneration,
    // A failure counts as long as what failed is wanted.
    failure: plan.action === "wait" || plan.refusals.length > 0 ? memory.failure : undefined,
    requests: plan.requestsDone,
    pending: plan.pending,
  };
  if (published === undefined || records.current === undefined) {
    const nothing = { value: undefined, published, mayMove: false, keepAsItIs: false };
    return { ...nothing, memory: { ...remembered, broken: undefined } };
  }
  const { keyId } = records.current;
  const remade = keyId !== published.current.keyId;
  const verdict = yield { role: "current", purpose: remade || isToMove ? "publish" : "watch" };
  const { generation } = published.current;
  if (remade && !verdict.ok) {
    // Whatever became of the proof, what stands in the vault is gone: only another secret helps.
    const reason = `it had been deleted and was made again, but that does not pass verification: ${verdict.reason}`;
    const memory = { ...remembered, broken: { generation, kind: "rejected" as const, reason } };
    return { value: undefined, published, mayMove: false, keepAsItIs: true, memory };
  }
  return {
    value: "current",
    published: { ...published, current: { ...published.current, keyId } },
    // Nothing is published anywhere that does not work.
    mayMove: isToMove && verdict.ok,
    keepAsItIs: false,
    memory: {
      ...remembered,
      broken: verdict.ok ? undefined : { generation, kind: verdict.kind, reason: verdict.reason },
    },
  };
}

function publishedAfter(
  { credential, clientId, policy, nowMs, splayDays: drawnDays }: OutcomeInput,
  publication: Publication,
  current: SecretRecord,
): Published {
  const splayDays = publication.splayDays ?? drawnDays;
  return {
    credential,
    clientId,
    current,
    rotateAfterMs:
      publication.rotateAfterMs ?? rotateAfterMs(current.createdAtMs || nowMs, policy.periodMs, splayDays),
    splayDays,
    overlapMs: publication.overlapMs,
    previous: publication.previous,
    request: publication.request,
  };
}

function failureAfter(
  { memory, nowMs, settings }: OutcomeInput,
  publication: Publication,
  { kind, reason }: Verdict & { ok: false },
): VerificationFailure {
  return {
    generation: publication.secret.generation,
    kind,
    reason,
    attempts: (memory.failure?.attempts ?? 0) + 1,
    lastAttemptAtMs: nowMs,
    settings,
  };
}
