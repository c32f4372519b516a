import { AssertionError } from "node:assert";
import { execFileSync } from "node:child_process";
import type { Kind } from "../test/support/crash/attack.ts";
import { PHASES, type PhaseName, prepareWorlds } from "../test/support/crash/phases.ts";
import {
  type CallCounts,
  countCalls,
  idOf,
  type Point,
  pointsOf,
  strikeAt,
} from "../test/support/crash/points.ts";
import { survive } from "../test/support/crash/survive.ts";
import { copyOfWorld, type PreparedWorld } from "../test/support/crash/world.ts";
import { argumentsOrUsage } from "./arguments.ts";
import { type CrashPointArgs, parseCrashPointArgs, USAGE } from "./crash/arguments.ts";
import { addResult, type PointResult, readResults, resultTable } from "./crash/results.ts";

// Strikes at every operation of every phase of a credential's life: see docs/crash-safety.md.

/** How much longer than undisturbed a command may take before its own time limit ends it. */
const TIMES_UNDISTURBED = 2;
const LEAST_BOUND_MS = 10_000;

/** What runs when its owner is done with it, the last first. */
class CleanUps {
  readonly #cleanUps: (() => unknown)[] = [];
  after(cleanUp: () => unknown): void {
    this.#cleanUps.push(cleanUp);
  }
  async run(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).toReversed()) await cleanUp();
  }
}
type Owner = Parameters<typeof copyOfWorld>[0];

const args = argumentsOrUsage((given) => parseCrashPointArgs(given, process.env), USAGE);
const results = await readResults(args.results);
if (args.only !== "table") await tryPoints(args, results);
if (args.only !== "list") report([...results.values()], args);

async function tryPoints(args: CrashPointArgs, results: Map<string, PointResult>): Promise<void> {
  const all = new CleanUps();
  try {
    const worlds = await prepareWorlds(all as Owner, args.phases);
    const prepared = new Map<PhaseName, Prepared>();
    for (const phase of args.phases) {
      const world = worlds.get(phase);
      if (world !== undefined) prepared.set(phase, { world, ...(await rehearse(phase, world)) });
    }
    const points = [...prepared]
      .flatMap(([phase, { counts }]) =>
        args.kinds.flatMap((kind) => pointsOf(phase, kind, counts, args.checks)),
      )
      // What can leave something behind first.
      .toSorted((x, y) => Number(y.group === "changes") - Number(x.group === "changes"));
    const mine = points
      .filter((_, index) => index % args.shard.of === args.shard.part - 1)
      .filter((point) => (results.get(idOf(point))?.outcome ?? "failed") === "failed");
    if (args.only === "list") {
      process.stdout.write(mine.map((point) => `${idOf(point)}\n`).join(""));
      return;
    }
    const version = currentVersion();
    for (const [index, point] of mine.entries()) {
      const of = prepared.get(point.phase);
      if (of === undefined) continue;
      const result = await tryPoint(point, of, version);
      results.set(result.id, result);
      await addResult(args.results, result);
      process.stderr.write(`[${index + 1}/${mine.length}] ${describe(result)}\n`);
    }
  } finally {
    await all.run();
  }
}

interface Prepared {
  world: PreparedWorld;
  counts: CallCounts;
  undisturbedMs: number;
}

/** Runs a phase undisturbed, to know how many calls it makes. */
async function rehearse(
  phase: PhaseName,
  prepared: PreparedWorld,
): Promise<Pick<Prepared, "counts" | "undisturbedMs">> {
  const own = new CleanUps();
  try {
    const world = await copyOfWorld(own as Owner, prepared, { seed: phase });
    const beganMs = performance.now();
    const { exitCode, stderr } = await world.keyturn([...PHASES[phase].command, "--json", "--quiet"]);
    if (exitCode !== 0) throw new Error(`${phase} fails without anything striking it: ${stderr}`);
    const undisturbedMs = performance.now() - beganMs;
    const counts = countCalls(await world.azure.calls());
    const { changes, reads, checks } = counts;
    process.stderr.write(
      `${phase}: ${changes} changes, ${reads} reads and requests, ${checks} comparisons, ${(undisturbedMs / 1000).toFixed(1)} s\n`,
    );
    return { counts, undisturbedMs };
  } finally {
    await own.run();
  }
}

async function tryPoint(
  point: Point,
  { world, undisturbedMs }: Prepared,
  version: string,
): Promise<PointResult> {
  const own = new CleanUps();
  const beganMs = performance.now();
  const common = () => ({
    ...{ id: idOf(point), point, version },
    at: `${new Date().toISOString().slice(0, 19)}Z`,
    seconds: Math.round((performance.now() - beganMs) / 100) / 10,
  });
  try {
    const { struck, ...counted } = await survive(own as Owner, world, {
      phase: point.phase,
      strike: strikeAt(point),
      seed: idOf(point),
      boundMs: boundMs(point.kind, undisturbedMs),
      previews: point.group === "changes",
    });
    const outcome = struck.end === "not reached" ? "not reached" : "survived";
    return { ...common(), outcome, struck: struck.at, end: struck.end, ...counted };
  } catch (error) {
    const reason = error instanceof AssertionError ? error.message : String((error as Error).stack ?? error);
    return { ...common(), outcome: "failed", struck: undefined, reason: reason.slice(0, 4000) };
  } finally {
    await own.run();
  }
}

/** What hangs is ended by the command's own time limit, so that one must not be long. */
function boundMs(kind: Kind, undisturbedMs: number): number | undefined {
  return kind === "operation-hangs" ? Math.max(LEAST_BOUND_MS, undisturbedMs * TIMES_UNDISTURBED) : undefined;
}

function describe({ id, outcome, struck, end, reason, seconds }: PointResult): string {
  const what = struck === undefined ? "" : ` at ${struck}: ${end}`;
  return `${outcome === "failed" ? "FAILED " : ""}${id}${what}, ${outcome} (${seconds} s)${reason === undefined ? "" : `\n${reason}`}`;
}

function report(results: readonly PointResult[], { phases, kinds }: CrashPointArgs): void {
  const wanted = results.filter(({ point }) => phases.includes(point.phase) && kinds.includes(point.kind));
  const failed = wanted.filter(({ outcome }) => outcome === "failed");
  const unreached = wanted.filter(({ outcome }) => outcome === "not reached");
  process.stdout.write(`Points survived, of points tried:\n\n${resultTable(wanted, phases, kinds)}\n`);
  if (unreached.length > 0) {
    process.stdout.write(`\n${unreached.length} points were not reached: the command made fewer calls.\n`);
  }
  for (const { id, reason } of failed) process.stdout.write(`\nFAILED ${id}\n${reason}\n`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

/** The commit that is tried; `-changed` if the checkout has changes of its own. */
function currentVersion(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty=-changed"], {
      cwd: import.meta.dirname,
      encoding: "utf8",
    }).trim();
  } catch {
    return "unknown";
  }
}
