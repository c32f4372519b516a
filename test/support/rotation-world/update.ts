import { orphanKeys } from "../../../infra/credential/orphan-keys.ts";
import { type CredentialOutput, credentialOutput, memoriesOf } from "../../../infra/credential-output.ts";
import { leadsToAnother } from "../../../infra/follow-up.ts";
import { parseInstant } from "../../../infra/instant.ts";
import type { PlannedCredential } from "../../../infra/plan-credentials.ts";
import { problemsOf } from "../../../infra/problems.ts";
import { PlanRefusal } from "../../../infra/rotation/plan-types.ts";
import { parsePublished } from "../../../infra/rotation/published.ts";
import type { ReadResult } from "../../../infra/vault/read-published.ts";
import { type Chance, seededChance } from "./chance.ts";
import type { Key, Version } from "./directory.ts";
import { credentialName, type Step } from "./history.ts";
import { checkClock, checkReplaced, checkRevoked, pendingRequest } from "./onlooker.ts";
import { type CredentialUpdate, credentialOperations, type Operation } from "./operations.ts";
import { clientIdOf, STACK, settingsOf } from "./stack.ts";
import { Violation } from "./violation.ts";
import { count, passTime, type World } from "./world.ts";

/** How an update ended: well; in an error after its outputs were saved; or before anything, or in the middle. */
export type Ending = "well" | "error" | "refused" | "failed" | "killed";

/** One run of the command: it may hold several updates. */
interface Run {
  world: World;
  step: Step;
  chance: Chance;
  /** Operations so far, for the fault to find its place. */
  operations: number;
}

/** The update ends here. */
class Interruption extends Error {
  readonly ending: Ending;

  constructor(ending: Ending) {
    super(ending);
    this.ending = ending;
  }
}

/** Most updates that one `keyturn up` runs. */
const MOST_UPDATES = 3;

/** Runs a step's update, as the engine alone does it or with what `keyturn up` does around it. */
export function runCommand(world: World, step: Step): Ending {
  const run: Run = { world, step, chance: seededChance(step.seed), operations: 0 };
  if (step.command === "pulumi") return runUpdate(run);
  try {
    if (world.checkpoint.isPending) refresh(world);
    noteAsks(world, step);
    let ending: Ending = "well";
    for (let updates = 1; updates <= MOST_UPDATES; updates++) {
      ending = runUpdate(run);
      if (ending !== "well" && ending !== "error") return ending;
      if (!leadsToAnother(outputsOf(world))) break;
    }
    removeOrphans(run);
    checkNothingLost(world, ending);
    return ending;
  } catch (error) {
    if (error instanceof Interruption) return ended(world, error.ending);
    throw error;
  }
}

/** A command writes down what it asks for before its update begins. */
function noteAsks(world: World, { asks = [] }: Step): void {
  for (const { credential, request } of asks) {
    const output = outputsOf(world)[credentialName(credential)];
    const onlooker = world.onlookers[credential];
    if (output?.current === undefined || output.requests?.includes(request.id)) continue;
    output.pending = { ...request, reason: "simulated" };
    if (onlooker !== undefined) onlooker.noted = request;
  }
}

function ended(world: World, ending: Ending): Ending {
  if (ending !== "well") count(world.counts.endedOtherwise, ending);
  if (ending !== "well") world.calm = undefined;
  return ending;
}

function outputsOf(world: World): Record<string, CredentialOutput> {
  return (world.checkpoint.outputs ?? {}) as Record<string, CredentialOutput>;
}

/** One update by the engine. */
function runUpdate(run: Run): Ending {
  const { world, step } = run;
  world.counts.updates++;
  const startedAtMs = world.timeMs;
  const nowMs = Math.floor((startedAtMs - (step.behindMs ?? 0) + (step.aheadMs ?? 0)) / 1000) * 1000;
  const before = world.file.map((_, credential) => world.directory.current(credential));
  const planned = plan(world, step, nowMs);
  if (planned === undefined) return ended(world, "refused");
  planned.forEach((each, credential) => {
    const onlooker = world.onlookers[credential];
    const key = before[credential]?.key;
    const isGone = key !== undefined && key.deletedAtMs <= startedAtMs;
    const isBroken = isGone || (onlooker?.seenRefused.has(key?.id ?? "") ?? false);
    const isRevoked =
      onlooker !== undefined && pendingRequest(onlooker, each.settings.request, "revoke") !== undefined;
    checkClock(each, nowMs, isRevoked, isBroken, key?.createdAtMs);
  });
  const declared = new Set<string>();
  const changesBefore = run.operations;
  try {
    const updates = planned.map(
      (each, credential): CredentialUpdate => ({
        ...{ world, step, chance: run.chance, credential, planned: each, nowMs, declared },
        decision: undefined,
      }),
    );
    const changes = interleave(run, updates);
    const outputs = saveOutputs(run, updates);
    checkCalm(world, step, nowMs, changes, outputs);
    const hasProblems = Object.entries(outputs).some(([name, output]) => problemsOf(name, output).length > 0);
    before.forEach((version, credential) => {
      if (version !== undefined) checkReplaced(world, credential, version, step, startedAtMs);
    });
    if (hasProblems && !planned.some(({ plan }) => plan.action === "retire")) return ended(world, "error");
    if (!hasProblems) checkRevoked(world);
    deleteUndeclared(run, declared);
    world.nextAtMs = planned.map(({ plan }) => plan.next.atMs);
    world.calm = hasProblems
      ? undefined
      : { untilMs: Math.min(...world.nextAtMs, ...rotationsIn(outputs)), outputs: JSON.stringify(outputs) };
    return "well";
  } catch (error) {
    if (error instanceof Interruption) return ended(world, error.ending);
    throw error;
  } finally {
    if (run.operations === changesBefore) count(world.counts.checks, "updates without any operation");
  }
}

/** A secret that a dead update had made is due some hours before its plan says: its own dates count. */
function rotationsIn(outputs: Record<string, CredentialOutput>): number[] {
  return Object.values(outputs).flatMap(({ nextRotationAt = "" }) => parseInstant(nextRotationAt) ?? []);
}

/** @returns undefined if the update is refused. */
function plan(world: World, step: Step, nowMs: number): PlannedCredential[] | undefined {
  const { sabotage } = step;
  if (sabotage?.kind === "vault unreadable") return undefined;
  const asked = new Map(step.asks?.map(({ credential, request }) => [credential, request]));
  const settings = settingsOf(
    world.file.map((entry, credential) => ({ ...entry, request: asked.get(credential) ?? entry.request })),
  );
  const read = new Map(
    world.file.map((_, credential): [string, ReadResult] => {
      const name = credentialName(credential);
      const version = visibleVersion(world, step, credential);
      if (version === undefined) return [name, { kind: "missing" }];
      return [
        name,
        {
          kind: "published",
          published: parsePublished(name, version.tags, version.expiresAtMs),
          publishedAtMs: Math.floor(version.atMs / 1000) * 1000,
        },
      ];
    }),
  );
  const memories = memoriesOf(world.checkpoint.outputs);
  const lost = world.file.findIndex((_, credential) =>
    isLost(world, credential, visibleVersion(world, step, credential)),
  );
  try {
    const planned = world.planner(settings, read, memories, nowMs, new Map(), world.timeMs);
    if (lost === -1) return planned;
  } catch (error) {
    if (!(error instanceof PlanRefusal)) throw error;
    if (lost !== -1) return undefined;
    throw new Violation(
      "6 no published secret expires while updates run",
      `an update is refused for everybody: ${error.message}`,
    );
  }
  throw new Violation(
    "5 a dead update is finished by the next",
    `${credentialName(lost)}: a generation that the stack knows is not in the vault, and the update goes on`,
  );
}

/** What the vault shows of a credential. Somebody's mistake in it counts where the stack can know better. */
function visibleVersion(world: World, { sabotage }: Step, credential: number): Version | undefined {
  const { directory } = world;
  const current = directory.current(credential);
  const isMeant = sabotage !== undefined && "credential" in sabotage && sabotage.credential === credential;
  if (!isMeant || sabotage.kind === "key deleted") return current;
  const shown = sabotage.kind === "older version" ? directory.older(credential) : undefined;
  return isLost(world, credential, shown) ? shown : current;
}

/** Whether the stack remembers a later publication than this version. */
function isLost(world: World, credential: number, shown: Version | undefined): boolean {
  const remembered = outputsOf(world)[credentialName(credential)]?.current?.generation;
  if (remembered === undefined) return false;
  const { generation = 0, previousGeneration = 0 } = shown?.tags ?? {};
  return remembered > Math.max(Number(generation), Number(previousGeneration));
}

/** Runs the credentials' operations one by one, in an order left to chance. @returns how many changed something. */
function interleave(run: Run, updates: CredentialUpdate[]): number {
  let changes = 0;
  const running = updates.map((update) => credentialOperations(update));
  while (running.length > 0) {
    const index = run.chance.integer(0, running.length - 1);
    const next = running[index]?.next();
    if (next === undefined || next.done) {
      running.splice(index, 1);
    } else {
      if (next.value.what !== "verify") changes++;
      perform(run, next.value);
    }
  }
  return changes;
}

/** Does one operation, unless the history has something happen to it. */
function perform(run: Run, operation: Operation): void {
  const { world, step } = run;
  passTime(world, operation.durationMs);
  const fault = step.fault?.at === run.operations ? step.fault.kind : undefined;
  run.operations++;
  if (fault !== undefined) count(world.counts.faults, `${fault}: ${operation.what}`);
  if (fault === "fails") throw new Interruption("failed");
  if (fault === "killed before") throw dead(world);
  operation.effect();
  if (fault === "answer lost") throw new Interruption("failed");
  if (fault === "killed after") throw dead(world);
  operation.record();
}

function dead(world: World): Interruption {
  world.checkpoint.isPending = true;
  return new Interruption("killed");
}

/** The program's end: the outputs are saved, and the stack's memory with them. */
function saveOutputs(run: Run, updates: readonly CredentialUpdate[]): Record<string, CredentialOutput> {
  const { world } = run;
  const outputs = Object.fromEntries(
    updates.map(({ credential, decision, planned }) => {
      if (decision === undefined) throw new Error("nothing was decided");
      const facts = {
        clientId: clientIdOf(credential),
        applicationObjectId: clientIdOf(credential),
        vaultUri: "https://kv-simulated.vault.azure.net",
        version: undefined,
        consumers: [],
        refusals: [...planned.plan.refusals, ...planned.plan.remarks],
        stopped: planned.stopped,
      };
      const name = credentialName(credential);
      return [name, credentialOutput(name, facts, decision.published, decision.memory)];
    }),
  );
  perform(run, {
    what: "save the outputs",
    durationMs: 100,
    effect: () => {},
    record: () => {
      world.checkpoint.outputs = JSON.parse(JSON.stringify(outputs));
      for (const update of updates) noteRetirement(world, update);
    },
  });
  return outputs;
}

/** A previous secret that is removed because somebody asked for it is no longer promised to anybody. */
function noteRetirement(world: World, { credential, planned }: CredentialUpdate): void {
  const onlooker = world.onlookers[credential];
  const { settings, plan, published } = planned;
  if (plan.action === "retire") world.counts.retired++;
  const asked = onlooker && pendingRequest(onlooker, settings.request, "retire");
  if (onlooker === undefined || asked === undefined) return;
  const previous = published?.previous;
  if (previous === undefined || plan.retiredGeneration !== previous.generation) return;
  const key = world.directory.key(previous.keyId);
  if (key.deletedAtMs !== Number.POSITIVE_INFINITY) return;
  key.aside ??= "retirement asked for";
  onlooker.carriedOut.add(asked.id);
}

/** The fourth rule: after an update that ended well, and before anything is due, the same update changes nothing. */
function checkCalm(
  world: World,
  step: Step,
  nowMs: number,
  changes: number,
  outputs: Record<string, CredentialOutput>,
): void {
  const { calm } = world;
  const isSame = step.changes === undefined && step.asks === undefined && step.refusals === undefined;
  if (
    calm === undefined ||
    !isSame ||
    step.sabotage !== undefined ||
    Math.max(nowMs, world.timeMs) >= calm.untilMs
  )
    return;
  count(world.counts.checks, "updates with nothing due");
  if (changes > 0 || JSON.stringify(outputs) !== calm.outputs) {
    throw new Violation(
      "4 nothing due, nothing changed",
      `${changes} operations; outputs before: ${calm.outputs}; after: ${JSON.stringify(outputs)}`,
    );
  }
}

/** Deletions come last: what was replaced, and what is no longer declared. */
function deleteUndeclared(run: Run, declared: ReadonlySet<string>): void {
  const { checkpoint } = run.world;
  for (const key of [...checkpoint.toDelete]) {
    deleteKey(run, key, "delete a replaced password", () => {
      checkpoint.toDelete = checkpoint.toDelete.filter((each) => each !== key);
    });
  }
  for (const [resource, { key }] of [...checkpoint.passwords]) {
    if (declared.has(resource)) continue;
    deleteKey(run, key, "delete a retired password", () => checkpoint.passwords.delete(resource));
  }
  const triggers = [...checkpoint.triggers.keys()].filter((name) => !declared.has(name));
  if (triggers.length === 0) return;
  perform(run, {
    what: "delete triggers",
    durationMs: 10,
    effect: () => {},
    record: () => {
      for (const name of triggers) checkpoint.triggers.delete(name);
    },
  });
}

function deleteKey(run: Run, key: Key, what: string, record: () => void): void {
  const { world } = run;
  perform(run, {
    what,
    durationMs: run.chance.integer(15_000, 25_000),
    effect: () => world.directory.delete(key, world.timeMs),
    record,
  });
}

/** What `pulumi refresh` does: the checkpoint learns what became of everything. */
export function refresh(world: World): void {
  const { checkpoint, directory } = world;
  checkpoint.isPending = false;
  const isThere = (key: Key) => key.deletedAtMs === Number.POSITIVE_INFINITY;
  checkpoint.toDelete = checkpoint.toDelete.filter(isThere);
  for (const [resource, { key }] of checkpoint.passwords) {
    if (!isThere(key)) checkpoint.passwords.delete(resource);
  }
  for (const credential of checkpoint.secrets.keys()) {
    const version = directory.current(credential);
    if (version === undefined) continue;
    checkpoint.secrets.set(credential, JSON.stringify([version.key.id, version.tags, version.expiresAtMs]));
  }
}

/** The keys that dead updates made and lost. */
function removeOrphans(run: Run): void {
  const { world } = run;
  const { checkpoint, directory } = world;
  const known = new Set(
    [...checkpoint.passwords.values()]
      .map(({ key }) => key.id)
      .concat(checkpoint.toDelete.map(({ id }) => id)),
  );
  world.file.forEach((_, credential) => {
    const keys = directory.alive(credential).map(({ id, displayName }) => ({ keyId: id, displayName }));
    for (const { keyId } of orphanKeys(
      keys,
      { stack: STACK, credential: credentialName(credential) },
      known,
    )) {
      deleteKey(run, directory.key(keyId), "delete an orphan", () => {
        world.counts.orphansRemoved++;
      });
    }
  });
}

/** The fifth rule, after an update that nothing happened to: Entra holds what the stack knows, and nothing else. */
function checkNothingLost(world: World, ending: Ending): void {
  const { checkpoint, directory } = world;
  world.file.forEach((_, credential) => {
    const known = [...checkpoint.passwords.values()].map(({ key }) => key).concat(checkpoint.toDelete);
    const orphans = directory.alive(credential).filter((key) => !known.includes(key));
    if (orphans.length > 0 || (ending === "well" && checkpoint.toDelete.length > 0)) {
      throw new Violation(
        "5 a dead update is finished by the next",
        `left in Entra: ${[...orphans, ...checkpoint.toDelete].map(({ displayName }) => displayName).join(", ")}`,
      );
    }
  });
}
