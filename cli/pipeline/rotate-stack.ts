import type { CredentialOutput } from "../../infra/credential-output.ts";
import { formatInstant, parseInstant } from "../../infra/instant.ts";
import { retryDelayMs } from "../../infra/rotation/backoff.ts";
import { requestsFor } from "../commands/request.ts";
import { engineFor, type StackOption } from "../commands/stack-option.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { plansOf, readStackFacts, requireAccepted, requireKnown } from "../operate/read-plans.ts";
import { policyOf } from "../policy/policy.ts";
import type { Terminal } from "../terminal.ts";
import { type Assessment, assessStack, exitCodeOf } from "./assess-stack.ts";
import { intentionsOf, urgencyOf } from "./intentions.ts";
import type { NextTries } from "./render.ts";
import { withRetries } from "./retry.ts";
import type { RotationWish } from "./rotation-flags.ts";
import type { RotationReport } from "./rotation-report.ts";
import { judgeRotation } from "./rotation-verdict.ts";
import { reportOutcome, updateAndVerify } from "./update-and-verify.ts";
import { type WaitForLockArgs, waitForLock } from "./wait-for-lock.ts";

export interface RotateStackArgs extends Omit<WaitForLockArgs, "openEngine"> {
  options: StackOption;
  stack: string;
  wish: Pick<RotationWish, "names" | "reason">;
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
}

/**
 * One unattended rotation: preview, rule, update, verification, with another try where the trouble passes, and after
 * somebody else's update. Every run that came as far as to know the stack is reported to the alert on silence.
 * @throws CommandError if nothing could be found out, or the update failed.
 */
export async function rotateStack(args: RotateStackArgs): Promise<RotationReport> {
  const env = await withRequests(args);
  const openEngine = () => engineFor(args.options, env);
  try {
    return await waitForLock({ ...args, openEngine }, () =>
      withRetries(args, () => rotateOnce({ ...args, env })),
    );
  } catch (error) {
    await reportOutcome(await openEngine(), "failed", args.terminal);
    throw error;
  }
}

/**
 * The environment with what was asked for by name, each under an id that all attempts share: it is carried out once.
 * @throws CommandError if it cannot be done.
 */
async function withRequests({ options, wish, env }: RotateStackArgs): Promise<NodeJS.ProcessEnv> {
  const { names, reason } = wish;
  if (names.length === 0) return env;
  const facts = await readStackFacts(await engineFor(options, env));
  requireKnown(names, facts.settings);
  const requests = requestsFor(names, "rotate", reason, facts.nowMs);
  const plans = plansOf(facts, requests).filter(({ settings }) => names.includes(settings.name));
  requireAccepted(plans);
  if (plans.every(({ plan }) => plan.action === "keep" || plan.action === "wait")) {
    throw new CommandError(`nothing can be done now: ${plans.map(({ plan }) => plan.reason).join("; ")}`);
  }
  return { ...env, KEYTURN_REQUESTS: JSON.stringify(requests) };
}

async function rotateOnce({ options, stack, env, terminal }: RotateStackArgs): Promise<RotationReport> {
  const seen = await assessStack({ options, stack, env, refresh: true });
  const isForbidden = seen.document.policy.some(({ level }) => level === "mandatory");
  // What is protected and would be deleted is an error too, and stands among the effects.
  if (!seen.succeeded && seen.effects.length === 0 && !isForbidden) {
    throw new CommandError(`the preview failed: ${seen.document.errors.join("; ")}`);
  }
  const engine = await engineFor(options, env);
  const intentions = intentionsOf(seen.plans);
  const remembered = seen.effects.length === 0 ? undefined : await assessStack({ options, stack, env });
  const verdict = judgeRotation(seen, remembered);
  const against = exitCodeOf(seen);
  if (!verdict.apply || against !== exitCodes.ok) {
    await reportOutcome(engine, "failed", terminal);
    const isBreaking = against === exitCodes.resource || against === exitCodes.policy;
    return {
      stack,
      outcome: "refused",
      exitCode: isBreaking ? against : exitCodes.notRotation,
      intentions,
      foreign: verdict.apply ? [] : verdict.foreign,
      nextTries: {},
      problems: whatSpeaksAgainst(seen),
      urgency: urgencyOf(seen.plans),
      status: undefined,
    };
  }
  const update = await updateAndVerify(engine, await policyOf(options), seen.plans, terminal);
  const isWell = update.problems.length === 0;
  await reportOutcome(engine, isWell ? "succeeded" : "failed", terminal);
  return {
    stack,
    outcome: isWell ? "done" : "attention",
    exitCode: isWell ? exitCodes.ok : exitCodes.resource,
    intentions,
    foreign: [],
    problems: update.problems,
    urgency: undefined,
    status: update.status,
    nextTries: nextTriesOf(update.credentials),
  };
}

/** From when on a failed verification is tried again. */
function nextTriesOf(credentials: Readonly<Record<string, CredentialOutput>>): NextTries {
  return Object.fromEntries(
    Object.entries(credentials).flatMap(([name, { failure, current }]) => {
      const lastMs = failure === undefined ? undefined : parseInstant(failure.lastAttemptAt);
      if (failure === undefined || lastMs === undefined) return [];
      const endMs = current === undefined ? undefined : parseInstant(current.expiresAt);
      const waitMs = retryDelayMs(failure.attempts, endMs === undefined ? undefined : endMs - lastMs);
      return [[name, formatInstant(lastMs + waitMs)]];
    }),
  );
}

function whatSpeaksAgainst({ alarms, document }: Assessment): string[] {
  return [
    ...[...alarms.open, ...alarms.accepted].map(
      ({ credential, what }) => `${credential ?? "the stack"}: ${what}`,
    ),
    ...document.policy
      .filter(({ level }) => level === "mandatory")
      .map(({ rule, resource, message }) => `policy ${rule}, ${resource}: ${message}`),
    ...document.errors,
  ];
}
