import { DAY_MS } from "../../../infra/duration.ts";
import { planCredentials } from "../../../infra/plan-credentials.ts";
import { parsePublished } from "../../../infra/rotation/published.ts";
import { isSpoilt } from "./draw-history.ts";
import {
  type Change,
  credentialName,
  type DateOf,
  type Gap,
  type History,
  type Sabotage,
} from "./history.ts";
import { refresh, runCommand } from "./update.ts";
import { Violation } from "./violation.ts";
import { count, newWorld, type Planner, passTime, type World } from "./world.ts";

/** What became of a history. */
export interface Result {
  world: World;
  /** The rule that it broke, and at which step. */
  violation: { step: number; error: Violation } | undefined;
}

/** Lets a history happen, until its end or until a rule is broken. */
export function runHistory(history: History, planner: Planner = planCredentials): Result {
  const world = newWorld(history, planner);
  let index = 0;
  try {
    for (const step of history.steps) {
      passTime(world, gapMs(world, step.gap));
      for (const change of step.changes ?? []) applyChange(world, change);
      if (step.sabotage !== undefined) applySabotage(world, step.sabotage);
      runCommand(world, step);
      if (isSpoilt(step) || step.asks !== undefined) world.calm = undefined;
      index++;
    }
    world.consumers.finish(world.timeMs);
    return { world, violation: undefined };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { world, violation: { step: index, error } };
  }
}

function gapMs(world: World, gap: Gap): number {
  const until = (ms: number | undefined, offsetMs: number) => {
    const waitMs = (ms ?? Number.NaN) + offsetMs - world.timeMs;
    return waitMs >= 0 ? waitMs : DAY_MS;
  };
  switch (gap.kind) {
    case "after":
      return gap.ms;
    case "next": {
      // What is skipped are updates that would change nothing; when something is the matter, none is skipped.
      const nextMs = world.calm === undefined ? undefined : Math.min(...world.nextAtMs);
      return until(nextMs, gap.offsetMs);
    }
    case "date":
      return until(dateOf(world, gap.credential, gap.of), gap.offsetMs);
  }
}

function dateOf({ directory }: World, credential: number, of: DateOf): number | undefined {
  const version = directory.current(credential);
  if (version === undefined) return undefined;
  const published = parsePublished(credentialName(credential), version.tags, version.expiresAtMs);
  switch (of) {
    case "due":
      return published.rotateAfterMs;
    case "expiry":
      return published.current.expiresAtMs;
    case "retirement":
      return published.previous?.retireAfterMs;
    case "previous expiry":
      return published.previous?.expiresAtMs;
    case "creation":
      return published.current.createdAtMs;
  }
}

function applyChange(world: World, change: Change): void {
  const entry = world.file[change.credential];
  if (entry === undefined) return;
  switch (change.kind) {
    case "policy":
      entry.policy = change.policy;
      break;
    case "request":
      entry.request = change.request ?? undefined;
      break;
    case "hold":
      entry.hold = change.forMs === null ? undefined : { untilMs: world.timeMs + change.forMs };
      break;
  }
}

/** What somebody does by hand. What is done to the vault's reading is done in the update itself. */
function applySabotage(world: World, sabotage: Sabotage): void {
  count(world.counts.faults, sabotage.kind);
  if (sabotage.kind !== "key deleted") return;
  const { directory } = world;
  const version = directory.current(sabotage.credential);
  if (version === undefined) return;
  const previous = parsePublished(credentialName(sabotage.credential), version.tags, undefined).previous;
  const key = sabotage.which === "current" ? version.key : previous && directory.keys.get(previous.keyId);
  if (key === undefined) return;
  key.aside ??= "deleted by hand";
  key.deletedAtMs = Math.min(key.deletedAtMs, world.timeMs);
  if (sabotage.noticed) refresh(world);
}
