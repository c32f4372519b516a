import type { CredentialOutput } from "../../infra/credential-output.ts";
import { memoriesOf, OutputError } from "../../infra/credential-output.ts";
import { parseInstant } from "../../infra/instant.ts";
import { type PlannedCredential, planCredentials } from "../../infra/plan-credentials.ts";
import type { Memory } from "../../infra/rotation/memory.ts";
import { PlanRefusal } from "../../infra/rotation/plan-types.ts";
import type { RequestSettings, Settings } from "../../infra/settings/schema.ts";
import type { ReadResult } from "../../infra/vault/read-published.ts";
import type { Engine } from "../engine/engine.ts";
import { readOutputs } from "../engine/outputs.ts";
import { readSettings } from "../engine/settings.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { directoryInstant } from "../status/directory-instant.ts";

/** All that a command needs to know of a stack before it proposes anything. */
export interface StackFacts {
  settings: Settings;
  outputs: Record<string, CredentialOutput>;
  /** By the directory's clock. */
  nowMs: number;
}

export async function readStackFacts(engine: Engine): Promise<StackFacts> {
  const [settings, now] = await Promise.all([readSettings(engine), readNow(engine)]);
  return { settings, outputs: now.outputs, nowMs: nowMsOf(now) };
}

/** The directory's time, in milliseconds. */
export function nowMsOf({ at }: { at: string }): number {
  return parseInstant(at) ?? Number.NaN;
}

/** What the last update left, and what the time is. */
export async function readNow(engine: Engine): Promise<{ outputs: StackFacts["outputs"]; at: string }> {
  // Both at once; but that there is no such stack is what a person has to hear first.
  const time = directoryInstant(engine.env);
  time.catch(() => {});
  const { credentials: outputs } = await readOutputs(engine);
  return { outputs, at: await time };
}

/**
 * What the next update would do, as far as the stack's last outputs tell: the update itself asks the vault.
 * @throws CommandError if it would refuse.
 */
export function plansOf(
  { settings, outputs, nowMs }: StackFacts,
  requests: Readonly<Record<string, RequestSettings>> = {},
  atMs: number = nowMs,
): PlannedCredential[] {
  const credentials = settings.credentials.map((credential) => {
    const request = requests[credential.name];
    return request === undefined ? credential : { ...credential, request };
  });
  try {
    const memories = memoriesOf(outputs);
    return planCredentials({ ...settings, credentials }, readAsRemembered(memories), memories, atMs);
  } catch (error) {
    if (error instanceof PlanRefusal || error instanceof OutputError) throw new CommandError(error.message);
    throw error;
  }
}

/**
 * What an update would do with one credential if the stack remembered this of it.
 * @throws CommandError if it would refuse.
 */
export function planFromMemory(
  settings: Settings,
  name: string,
  memory: Memory,
  atMs: number,
): PlannedCredential {
  const credentials = settings.credentials.filter((credential) => credential.name === name);
  const memories = new Map([[name, memory]]);
  try {
    const [planned] = planCredentials(
      { ...settings, credentials },
      readAsRemembered(memories),
      memories,
      atMs,
    );
    if (planned !== undefined) return planned;
  } catch (error) {
    if (error instanceof PlanRefusal) throw new CommandError(error.message);
    throw error;
  }
  throw new CommandError(`${name} has no secret that could be planned for`);
}

/** What the vault publishes, as far as the stack remembers it. */
function readAsRemembered(memories: ReadonlyMap<string, Memory>): Map<string, ReadResult> {
  return new Map(
    [...memories].map(([name, { published }]) => [
      name,
      published === undefined
        ? { kind: "missing" }
        : { kind: "published", published, publishedAtMs: undefined },
    ]),
  );
}

/** @throws CommandError if something was asked for that cannot be done. */
export function requireAccepted(plans: readonly PlannedCredential[]): void {
  const refusals = plans.flatMap(({ plan }) => plan.refusals);
  if (refusals.length > 0) throw new CommandError(refusals.join("\n"));
}

/** @throws CommandError if something in the settings cannot be as they want it, such as a hold past the safe date. */
export function requireNoRemarks(plans: readonly PlannedCredential[]): void {
  const remarks = plans.flatMap(({ plan }) => plan.remarks);
  if (remarks.length > 0) throw new CommandError(remarks.join("\n"));
}

/** @throws CommandError that names the known ones, if one of the names is not. */
export function requireKnown(names: readonly string[], settings: Settings): void {
  const known = settings.credentials.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new CommandError(
      `no such credential: ${unknown.join(", ")}; the stack has: ${known.join(", ")}`,
      exitCodes.configuration,
    );
  }
}
