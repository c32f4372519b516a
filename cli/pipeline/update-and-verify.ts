import type { CredentialOutput } from "../../infra/credential-output.ts";
import type { PlanReport } from "../../infra/plan-report.ts";
import type { Engine } from "../engine/engine.ts";
import { readConnectionString } from "../engine/outputs.ts";
import { reportRun } from "../engine/report-run.ts";
import { type UpdateResult, updateStack } from "../engine/update.ts";
import type { Policy } from "../policy/policy.ts";
import { directoryInstant } from "../status/directory-instant.ts";
import { type StatusDocument, statusDocument } from "../status/document.ts";
import type { Terminal } from "../terminal.ts";

export interface VerifiedUpdate extends UpdateResult {
  status: StatusDocument;
  /** What needs a person, what was planned and did not come about among it. */
  problems: string[];
}

/**
 * Updates a stack, and holds what it says afterwards against what was planned.
 * @throws CommandError if the engine refuses or fails, or a mandatory policy is broken.
 */
export async function updateAndVerify(
  engine: Engine,
  policy: Policy | undefined,
  plans: readonly PlanReport[],
  terminal: Terminal,
): Promise<VerifiedUpdate> {
  const result = await updateStack({ engine, terminal, policy, onLine: (line) => terminal.err(line) });
  const status = statusDocument(engine.stack, await directoryInstant(engine.env), result.credentials);
  const problems = [
    ...result.problems,
    ...status.credentials.flatMap((credential) => credential.problems),
    ...unfulfilled(plans, result.credentials),
  ];
  return { ...result, status, problems: [...new Set(problems)] };
}

/**
 * What a plan promised and the stack's outputs do not show. A credential whose own failure is told of already is left
 * out. Pure.
 */
export function unfulfilled(
  plans: readonly PlanReport[],
  credentials: Readonly<Record<string, CredentialOutput>>,
): string[] {
  return plans.flatMap(({ name, publish, retiredGeneration, stopped }) => {
    const output = credentials[name];
    if (stopped !== undefined || output?.failure !== undefined || output?.stopped !== undefined) return [];
    const missing: string[] = [];
    const { current, previous } = output ?? {};
    // A repair or a revocation takes more than one update, and may end with a later generation.
    if (publish !== undefined && (current === undefined || current.generation < publish.generation)) {
      const found = current === undefined ? "nothing" : `generation ${current.generation}`;
      missing.push(`${name}: generation ${publish.generation} was to be published, and ${found} is`);
    }
    if (retiredGeneration !== undefined && previous?.generation === retiredGeneration) {
      missing.push(`${name}: generation ${retiredGeneration} was to be deleted, and is still there`);
    }
    return missing;
  });
}

/** Tells the alert on silence that this stack was looked after, or that it was not. Never throws for its own failure. */
export async function reportOutcome(
  engine: Engine,
  outcome: "succeeded" | "failed",
  terminal: Pick<Terminal, "err">,
): Promise<void> {
  const stack = engine.stackName;
  try {
    const at = await directoryInstant(engine.env);
    const unreported = await reportRun(await readConnectionString(engine), {
      event: { stack, outcome },
      at,
    });
    if (unreported !== undefined) terminal.err(`keyturn: the run could not be reported: ${unreported}`);
  } catch (error) {
    terminal.err(`keyturn: the run could not be reported: ${error instanceof Error ? error.message : error}`);
  }
}
