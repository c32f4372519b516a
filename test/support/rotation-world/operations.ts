import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { parseInstant } from "../../../infra/instant.ts";
import type { PlannedCredential } from "../../../infra/plan-credentials.ts";
import {
  type Decision,
  decideOutcome,
  type Question,
  type Role,
  type Verdict,
} from "../../../infra/rotation/outcome.ts";
import type { PlannedSecret } from "../../../infra/rotation/plan-types.ts";
import { type Published, publishedTags, type SecretRecord } from "../../../infra/rotation/published.ts";
import type { Chance } from "./chance.ts";
import { type Key, works } from "./directory.ts";
import { credentialName, type Step } from "./history.ts";
import { excuseToRepair, excuseToReplace, excuseToShorten, pendingRequest } from "./onlooker.ts";
import { clientIdOf, declaredPassword, declaredSplay, declaredTrigger } from "./stack.ts";
import { Violation } from "./violation.ts";
import { count, type World } from "./world.ts";

/** Something that the engine does and writes down when it is done: in between, it may die. */
export interface Operation {
  what: string;
  /** How long it takes, in milliseconds. */
  durationMs: number;
  effect: () => void;
  record: () => void;
}

/** One update of one credential. */
export interface CredentialUpdate {
  world: World;
  step: Step;
  chance: Chance;
  credential: number;
  planned: PlannedCredential;
  nowMs: number;
  /** Names of the resources that the program declares. */
  declared: Set<string>;
  /** What it comes to; set at the end. */
  decision: Decision | undefined;
}

/** What the program and the engine do for one credential until everything is declared. */
export function* credentialOperations(update: CredentialUpdate): Generator<Operation, void, void> {
  const { world, credential, planned, chance } = update;
  const { plan, policy } = planned;
  const splayDays = declaredSplay(world.checkpoint, credential, policy, chance);
  const made = new Map<string, { key: Key; record: SecretRecord }>();
  let replaced = 0;
  for (const secret of plan.slots) {
    const result = yield* declareSecret(update, secret);
    if (result.isReplaced) replaced++;
    made.set(nameOf(secret), result);
  }
  if (replaced > 1) {
    throw new Violation(
      "1 one slot at most, never the published one",
      `${plan.action} replaced both slots of ${credentialName(credential)}`,
    );
  }
  const secrets: Record<Role, { key: Key; record: SecretRecord } | undefined> = {
    candidate: plan.publish === undefined ? undefined : made.get(nameOf(plan.publish.secret)),
    current: plan.current === undefined ? undefined : made.get(nameOf(plan.current)),
  };
  const deciding = decideOutcome({
    credential: credentialName(credential),
    clientId: clientIdOf(credential),
    policy,
    plan,
    published: planned.published,
    memory: planned.memory,
    settings: planned.settingsDigest,
    nowMs: update.nowMs,
    splayDays,
    records: { candidate: secrets.candidate?.record, current: secrets.current?.record },
    candidateMadeAtMs: secrets.candidate?.key.createdAtMs,
  });
  if (secrets.candidate !== undefined) noteWrongClock(world, credential, secrets.candidate);
  const verified = new Set<Key>();
  let step = deciding.next();
  while (!step.done) {
    const key = secrets[step.value.role]?.key;
    if (key === undefined) throw new Error("a secret is to be verified that does not exist");
    const isRefused = update.step.refusals?.some((refusal) => refusal.credential === credential) ?? false;
    yield nothing("verify", chance.integer(1_000, isRefused ? 300_000 : 5_000));
    const verdict = verdictOn(update, key, step.value);
    if (verdict.ok && step.value.purpose === "publish") verified.add(key);
    step = deciding.next(verdict);
  }
  update.decision = step.value;
  const { published, value } = step.value;
  // Without a value the vault stays as it is.
  const key = value === undefined ? undefined : secrets[value]?.key;
  if (published !== undefined && key !== undefined) yield* publish(update, published, key, verified);
}

/** How far a secret's own dates may be from when Entra made it: an update that died may have made it a day ago. */
const MOST_CLOCK_ERROR_MS = DAY_MS + HOUR_MS;

/** What an update by a wrong clock has made and left is never published: that counts as a failed verification. */
function noteWrongClock(
  { onlookers, timeMs }: World,
  credential: number,
  { key, record }: { key: Key; record: SecretRecord },
): void {
  const onlooker = onlookers[credential];
  if (onlooker === undefined || Math.abs(key.createdAtMs - record.createdAtMs) <= MOST_CLOCK_ERROR_MS) return;
  onlooker.lastFailureAtMs = timeMs;
}

function nameOf({ slot, generation }: { slot: string; generation: number }): string {
  return `${slot}/${generation}`;
}

function nothing(what: string, durationMs: number): Operation {
  return { what, durationMs, effect: () => {}, record: () => {} };
}

function* declareSecret(
  update: CredentialUpdate,
  secret: PlannedSecret,
): Generator<Operation, { key: Key; record: SecretRecord; isReplaced: boolean }, void> {
  const { world, credential, chance, declared } = update;
  const { triggers, passwords } = world.checkpoint;
  const { name, trigger } = declaredTrigger(credential, secret);
  declared.add(name);
  const uuid = `${chance.integer(0, 2 ** 31 - 1)}-${chance.integer(0, 2 ** 31 - 1)}`;
  if (!triggers.has(name)) {
    const record = () => triggers.set(name, { ...trigger, uuid });
    yield { ...nothing("make a trigger", 10), record };
  }
  const kept = triggers.get(name) ?? trigger;
  const { resource, displayName, inputs } = declaredPassword(credential, secret, kept);
  declared.add(resource);
  const known = passwords.get(resource);
  if (known?.inputs !== inputs) {
    yield makePassword(update, { resource, displayName, inputs, expiresAt: kept.expiresAt }, known?.key);
  }
  const key = passwords.get(resource)?.key;
  if (key === undefined) throw new Error(`${resource} was not made`);
  const record = {
    slot: secret.slot,
    generation: secret.generation,
    keyId: key.id,
    createdAtMs: parseInstant(kept.createdAt) ?? Number.NaN,
    expiresAtMs: parseInstant(kept.expiresAt) ?? Number.NaN,
  };
  return { key, record, isReplaced: known !== undefined && known.key !== key };
}

function makePassword(
  { world, credential, chance, planned }: CredentialUpdate,
  password: { resource: string; displayName: string; inputs: string; expiresAt: string },
  known: Key | undefined,
): Operation {
  const { directory, checkpoint } = world;
  const { resource, displayName, inputs } = password;
  let key: Key | undefined;
  return {
    what: "make a password",
    durationMs: chance.integer(4_000, 20_000),
    effect: () => {
      const version = directory.current(credential);
      if (known !== undefined && version?.key === known && known.deletedAtMs === Number.POSITIVE_INFINITY) {
        throw new Violation(
          "1 one slot at most, never the published one",
          `${planned.plan.action} replaces ${known.displayName}, which is published`,
        );
      }
      if (known !== undefined) {
        known.aside ??= excuseToReplace(world, credential, known, planned.settings.request);
      }
      const expiresAtMs = parseInstant(password.expiresAt) ?? Number.NaN;
      key = directory.create(credential, displayName, expiresAtMs, world.timeMs);
    },
    record: () => {
      if (known !== undefined) checkpoint.toDelete.push(known);
      if (key !== undefined) checkpoint.passwords.set(resource, { key, inputs });
    },
  };
}

/** What Entra says: the truth, unless the history has it refuse or fail. */
function verdictOn({ world, step, credential }: CredentialUpdate, key: Key, { role }: Question): Verdict {
  const onlooker = world.onlookers[credential];
  const refusal = step.refusals?.find((each) => each.credential === credential && each.role === role);
  const kind = works(key, world.timeMs) ? refusal?.kind : "rejected";
  if (kind === undefined) return { ok: true };
  if (kind === "rejected") onlooker?.seenRefused.add(key.id);
  if (role === "candidate" && onlooker !== undefined) onlooker.lastFailureAtMs = world.timeMs;
  count(world.counts.checks, `${role} ${kind}`);
  return { ok: false, kind, reason: `simulated: ${kind}` };
}

function* publish(
  { world, step, chance, credential, planned }: CredentialUpdate,
  published: Published,
  key: Key,
  verified: ReadonlySet<Key>,
): Generator<Operation, void, void> {
  const { directory, checkpoint } = world;
  const tags = publishedTags(published);
  const { expiresAtMs } = published.current;
  const inputs = JSON.stringify([key.id, tags, expiresAtMs]);
  if (checkpoint.secrets.get(credential) === inputs) return;
  yield {
    what: "publish",
    durationMs: (step.suspendMs ?? 0) + chance.integer(500, 4_000),
    effect: () => {
      const before = directory.current(credential);
      const isNew = before?.key !== key;
      if (isNew && !verified.has(key)) {
        throw new Violation("3 nothing unverified is published", `${key.displayName} was not verified`);
      }
      if (isNew) noteEmergency(world, credential, planned, key);
      const overlapMs = isNew ? planned.policy.overlapMs : before.overlapMs;
      if (isNew && before !== undefined) {
        before.key.aside ??= excuseToShorten(world, before, overlapMs, published.current);
      }
      directory.publish(credential, { atMs: world.timeMs, key, tags, expiresAtMs, overlapMs });
      if (isNew) count(world.counts.published, planned.plan.action);
    },
    record: () => checkpoint.secrets.set(credential, inputs),
  };
}

/** A revocation takes the published secret from its holders; whatever was asked for is carried out now. */
function noteEmergency(
  world: World,
  credential: number,
  { settings, plan }: PlannedCredential,
  successor: Key,
): void {
  const onlooker = world.onlookers[credential];
  const before = world.directory.current(credential);
  if (onlooker === undefined || before === undefined) return;
  const { request } = settings;
  if (pendingRequest(onlooker, request, "revoke") !== undefined) before.key.aside ??= "revocation";
  before.key.aside ??= excuseToRepair(world, credential, before, successor);
  if (plan.publish?.request === undefined) return;
  onlooker.carriedOut.add(plan.publish.request);
  // Another revocation does what an older one asked for.
  if (plan.action === "revoke" && onlooker.noted?.action === "revoke") {
    onlooker.carriedOut.add(onlooker.noted.id);
  }
}
