import { parseInstant } from "../../infra/instant.ts";
import type { PlanReport } from "../../infra/plan-report.ts";
import { engineFor, type StackOption } from "../commands/stack-option.ts";
import { readSettings } from "../engine/settings.ts";
import { exitCodes } from "../exit-codes.ts";
import { policyOf } from "../policy/policy.ts";
import { type PreviewDocument, previewDocument } from "../preview/document.ts";
import { runPreview } from "../preview/run-preview.ts";
import { directoryInstant } from "../status/directory-instant.ts";
import { type JudgedAlarms, judgeAlarms } from "./accepted-alarms.ts";
import { type Effect, effectDigest, effectsOf } from "./effect.ts";

/** What an update of a stack would do, and whether anything speaks against it. */
export interface Assessment {
  document: PreviewDocument;
  plans: PlanReport[];
  alarms: JudgedAlarms;
  /** What it would do besides rotations that are due. */
  effects: Effect[];
  /** Of those effects. */
  digest: string;
  /** Whether the engine ended well. */
  succeeded: boolean;
}

export interface AssessArgs {
  options: StackOption;
  /** The stack's name as people know it. */
  stack: string;
  env: NodeJS.ProcessEnv;
  /** Whether Azure is asked first what is there, so that drift is seen. */
  refresh?: boolean;
}

/**
 * Previews a stack with the policy pack, as the checked-in settings have it, and judges what it finds.
 * @throws CommandError if the engine did not come as far as to say anything.
 */
export async function assessStack({ options, stack, env, refresh = false }: AssessArgs): Promise<Assessment> {
  const run = await runPreview({
    open: (variables) => engineFor(options, { ...env, ...variables }),
    at: undefined,
    policy: await policyOf(options),
    refresh,
  });
  const { events, plans, succeeded } = run;
  const document = previewDocument({ stack, at: undefined, events, plans });
  const nowMs = parseInstant(await directoryInstant(env)) ?? Number.NaN;
  const effects = effectsOf(events.steps, plans, nowMs);
  const acceptances =
    document.alarms.length === 0 ? [] : (await readSettings(await engineFor(options, env))).acceptedAlarms;
  return {
    document,
    plans,
    succeeded,
    alarms: judgeAlarms(stack, document.alarms, acceptances, nowMs),
    effects,
    digest: effectDigest(stack, effects),
  };
}

/** What speaks against applying it, as an exit code; `ok` if nothing does. */
export function exitCodeOf({ alarms, document, succeeded }: Assessment): number {
  if (alarms.open.length > 0) return exitCodes.resource;
  if (document.policy.some(({ level }) => level === "mandatory")) return exitCodes.policy;
  return succeeded ? exitCodes.ok : exitCodes.error;
}
