import { setTimeout as sleep } from "node:timers/promises";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import type { ProcessResult } from "../../../tools/run-process.ts";
import type { Phase } from "./phases.ts";
import type { World } from "./world.ts";

/** What dies, or goes wrong. */
export const KINDS = [
  /** The command, the engine and the program, all at once (SIGKILL). */
  "engine-killed",
  /** The command is asked to stop (SIGINT) while an operation or request is under way, as by a cancelled pipeline. */
  "command-stopped",
  /** One operation or request, with its answer lost or not carried out at all. */
  "operation-fails",
  /** Every operation and request from that one on. */
  "outage",
  /** One operation or request that is never answered. */
  "operation-hangs",
  /** The emulated Azure's process (SIGKILL); it is started again on what it has on disk. */
  "sandbox-killed",
] as const;
export type Kind = (typeof KINDS)[number];

export interface Strike {
  kind: Kind;
  fault: FaultRequest;
}

/** How a struck command went. */
export interface Struck {
  /** `unharmed`: it ended well although it was struck; `not reached`: it ended before it could be. */
  end: "killed" | "failed" | "unharmed" | "not reached";
  /** What was struck, e.g. `azuread.create azuread/index/ApplicationPassword/mailman-a`. */
  at: string | undefined;
  result: ProcessResult;
  tookMs: number;
}

const POLL_MS = 10;
/** From the moment of the strike until the kill: the operation has been carried out by then, if it is to be. */
const CARRIED_OUT_MS = 150;

/** A command that is asked to stop is killed if it has not done so by then: longer than it gives the engine. */
const LONGEST_STOP_MS = 60_000;

/**
 * Runs a phase's command while something strikes it.
 * @param boundMs the command's own time limit: what ends it if it hangs. Default: its default.
 */
export async function attack(
  world: World,
  { command }: Pick<Phase, "command">,
  { kind, fault }: Strike,
  boundMs?: number,
): Promise<Struck> {
  await world.azure.addFault(fault);
  const limit = boundMs === undefined ? [] : ["--timeout", `${Math.ceil(boundMs / 1000)} seconds`];
  const stop = new AbortController();
  const ended = new AbortController();
  const beganMs = performance.now();
  const stops: Partial<Record<Kind, Parameters<World["keyturn"]>[1]>> = {
    "engine-killed": { signal: stop.signal },
    "command-stopped": { askToStop: stop.signal, graceMs: LONGEST_STOP_MS },
  };
  const watch = stops[kind] === undefined ? undefined : stopOnceStruck(world, stop, ended.signal);
  const result = await world.keyturn([...command, "--quiet", "--json", ...limit], stops[kind]);
  ended.abort();
  await watch;
  const tookMs = performance.now() - beganMs;
  const [first] = await world.azure.fired();
  const end =
    first === undefined
      ? "not reached"
      : result.signal !== null
        ? "killed"
        : result.exitCode === 0
          ? "unharmed"
          : "failed";
  return { end, at: first === undefined ? undefined : `${first.operation} ${first.path}`, result, tookMs };
}

async function stopOnceStruck({ azure }: World, stop: AbortController, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    if ((await azure.fired()).length > 0) {
      await sleep(CARRIED_OUT_MS);
      stop.abort();
      return;
    }
    await sleep(POLL_MS);
  }
}
