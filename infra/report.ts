import * as pulumi from "@pulumi/pulumi";
import type { CredentialOutput } from "./credential-output.ts";
import type { PlannedCredential } from "./plan-credentials.ts";
import { PLANS_FILE_VARIABLE, writePlanReport } from "./plan-report.ts";
import { problemsOf } from "./problems.ts";

/** Ends the program with a message for the user, without a stack trace. */
export function userMistake(error: unknown): never {
  throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
}

/** Tells whoever watches the update what happens to each credential, and why. Unchanged ones are left out. */
export function reportPlans(planned: readonly PlannedCredential[], nowMs: number): void {
  if (pulumi.runtime.isDryRun()) writePlanReport(planned, nowMs, process.env[PLANS_FILE_VARIABLE]);
  for (const { settings, plan, stopped } of planned) {
    if (stopped !== undefined) continue;
    if (plan.action !== "keep") pulumi.log.info(`${settings.name}: ${plan.action}: ${plan.reason}`);
  }
}

/** The language host's own code for "ended in an error that has been reported". */
const ERROR_REPORTED = 32;

/**
 * Lets the update end in an error if a credential needs a person, after the outputs have been saved: they are
 * what the next update remembers the failure by.
 *
 * The engine carries deletions out only after a good end. So an update that retires a secret ends well even
 * so: a failure of one credential must not keep the leaked secret of another alive. The error is then in the
 * log, in the outputs, and in the next update's end. Where a deletion could take a secret that the stack does not
 * remember, none is carried out at all.
 */
export function endInError(
  credentials: pulumi.Output<Record<string, CredentialOutput>>,
  planned: readonly PlannedCredential[],
): void {
  if (pulumi.runtime.isDryRun()) return;
  const deletes =
    planned.some(({ plan }) => plan.action === "retire") &&
    !planned.some(({ keepsUndeclared = false }) => keepsUndeclared);
  credentials.apply((outputs) => {
    const problems = Object.entries(outputs).flatMap(([name, output]) => problemsOf(name, output));
    for (const problem of problems) pulumi.log.error(problem);
    if (problems.length > 0 && !deletes) process.once("beforeExit", () => process.exit(ERROR_REPORTED));
  });
}
