import type { planCredentials } from "../../../infra/plan-credentials.ts";
import { seededChance } from "./chance.ts";
import { Consumers } from "./consumers.ts";
import { Directory } from "./directory.ts";
import type { Asked, History } from "./history.ts";
import { type Checkpoint, emptyCheckpoint, type FileEntry, fileEntries } from "./stack.ts";

/** What a run counts. */
export interface Counts {
  updates: number;
  /** Secrets published, by what led to it. */
  published: Record<string, number>;
  retired: number;
  orphansRemoved: number;
  /** Updates that were refused, killed, failed or ended in an error. */
  endedOtherwise: Record<string, number>;
  faults: Record<string, number>;
  checks: Record<string, number>;
}

/** What happened to a credential, as an onlooker knows it who never saw the plan. */
export interface Onlooker {
  /** Ids of requests that were carried out: a second time they excuse nothing. */
  carriedOut: Set<string>;
  /** What a command asked for last, and wrote down before its update began. */
  noted: Asked | undefined;
  /** Keys that Entra was seen to refuse. */
  seenRefused: Set<string>;
  /** When a new secret last failed its verification. */
  lastFailureAtMs: number;
}

/** What plans the updates: the real one, or one with a mistake in it. */
export type Planner = typeof planCredentials;

/** Everything there is while a history runs. */
export interface World {
  timeMs: number;
  readonly directory: Directory;
  readonly consumers: Consumers;
  readonly checkpoint: Checkpoint;
  readonly file: FileEntry[];
  readonly onlookers: Onlooker[];
  readonly counts: Counts;
  readonly steady: boolean;
  readonly planner: Planner;
  /** From the last update, if it ended well: until when nothing is due, and its outputs. */
  calm: { untilMs: number; outputs: string } | undefined;
  /** When each credential's plan says that something happens next. */
  nextAtMs: number[];
}

/** Histories begin here; that no leap day is far off is on purpose. */
export const BEGIN_MS = Date.UTC(2027, 10, 3, 2, 17, 5, 250);

export function newWorld(history: History, planner: Planner): World {
  const directory = new Directory(history.credentials.length);
  return {
    timeMs: BEGIN_MS,
    directory,
    consumers: new Consumers(
      directory,
      history.credentials.map(({ consumers }) => consumers),
      seededChance(history.seed),
      history.steady,
    ),
    checkpoint: emptyCheckpoint(),
    file: fileEntries(history),
    onlookers: history.credentials.map(() => ({
      carriedOut: new Set(),
      noted: undefined,
      seenRefused: new Set(),
      lastFailureAtMs: Number.NEGATIVE_INFINITY,
    })),
    counts: {
      updates: 0,
      published: {},
      retired: 0,
      orphansRemoved: 0,
      endedOtherwise: {},
      faults: {},
      checks: {},
    },
    steady: history.steady,
    planner,
    calm: undefined,
    nextAtMs: [],
  };
}

/** Lets time go by, and the consumers read meanwhile. */
export function passTime(world: World, ms: number): void {
  const fromMs = world.timeMs;
  world.timeMs += Math.max(0, ms);
  world.consumers.advance(fromMs, world.timeMs);
}

export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
