import { setTimeout as delay } from "node:timers/promises";
import { code } from "../audit/report/markdown.ts";
import type { RegisterCommand } from "../commands/command.ts";
import {
  engineFor,
  type StackOption,
  stackOf,
  withStackOption,
  withTimeoutOption,
} from "../commands/stack-option.ts";
import { StackLockedError } from "../engine/locked-error.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { forgeFromEnvironment } from "../forge/forge-from-environment.ts";
import type { ForgeRun } from "../forge/forge-run.ts";
import { policyOf } from "../policy/policy.ts";
import { renderPreviewMarkdown } from "../preview/render-markdown.ts";
import { renderPreviewTable } from "../preview/render-table.ts";
import { statusTable } from "../status/table.ts";
import type { Terminal } from "../terminal.ts";
import { type Assessment, assessStack, exitCodeOf } from "./assess-stack.ts";
import { type DeploymentVerdict, judgeDeployment } from "./judge-deployment.ts";
import { renderAlarms, renderList, renderPages, renderStatus } from "./render.ts";
import { withRetries } from "./retry.ts";
import { isDigest, previewKey } from "./review-record.ts";
import { reportable } from "./safe-report.ts";
import { reportOutcome, updateAndVerify, type VerifiedUpdate } from "./update-and-verify.ts";
import { waitForLock } from "./wait-for-lock.ts";
import { withWorkloadIdentity } from "./workload-identity.ts";

interface DeployOptions extends StackOption {
  digest?: string;
  json?: boolean;
}

/** `keyturn pipeline deploy`: applies what was reviewed, and nothing else. */
export const registerPipelineDeploy: RegisterCommand = (pipeline, { terminal, setExitCode }) => {
  withTimeoutOption(withStackOption(pipeline.command("deploy")))
    .summary("apply to a stack what a pull request showed, and nothing else")
    .description(
      "Previews the stack again and compares the result with what the merged pull request's comment recorded. Only if both are the same, rotations that have become due apart, the stack is updated; whatever an update that died left behind is settled too. Another update of the stack is waited for, up to half an hour. Afterwards what was planned is held against what is there, and the run is reported to the alert on silence.\n\n" +
        "What is refused changes nothing. Somebody who has read the refused run's preview can give its digest (--digest, or KEYTURN_DIGEST), in a run started by hand.\n\n" +
        "Exit codes: 0 done, 1 the update failed, 2 bad flags or settings, 3 no identity, 4 it would break a consumer or a credential needs a person, 5 a mandatory policy is broken, 6 no such stack, 8 cancelled, 9 not ended in time, 11 it is not what was reviewed.",
    )
    .option("--digest <digest>", "the digest of a preview that somebody has read (default: KEYTURN_DIGEST)")
    .option("-j, --json", "print one JSON document")
    .action(async (options: DeployOptions) => {
      const stack = stackOf(options);
      const given = digestOf(options, process.env);
      const run = await forgeFromEnvironment(process.env, terminal);
      const warn = (text: string) => terminal.err(`keyturn: ${text}`);
      const outcome = await withWorkloadIdentity({ env: process.env, warn }, (env) =>
        deploy({ options, stack, given, run, env, terminal }),
      ).catch(async (error: unknown) => {
        const said = error instanceof Error ? error.message : String(error);
        await run.forge.appendSummary(
          `## Deployment failed: stack \`${stack}\`\n\n${code(reportable(said))}\n\nWhat it had done stays; a new run goes on from there.`,
        );
        throw error;
      });
      terminal.out(
        options.json === true
          ? JSON.stringify(jsonOf(outcome), null, 2)
          : outcome.update === undefined
            ? `${renderPreviewTable(outcome.assessment.document, terminal.style)}\n\nDigest: ${outcome.assessment.digest}`
            : statusTable(outcome.update.status, terminal.style),
      );
      for (const problem of problemsOf(outcome)) terminal.err(`keyturn: ${problem}`);
      await run.forge.appendSummary(renderDeployment(outcome, stack, run));
      if (outcome.exitCode !== exitCodes.ok) setExitCode(outcome.exitCode);
    });
};

interface Deployment {
  assessment: Assessment;
  verdict: DeploymentVerdict;
  /** Undefined if nothing was applied. */
  update: VerifiedUpdate | undefined;
  exitCode: number;
}

interface DeployArgs {
  options: DeployOptions;
  stack: string;
  given: string | undefined;
  run: ForgeRun;
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
}

async function deploy(args: DeployArgs): Promise<Deployment> {
  const { options, run, env, terminal } = args;
  const openEngine = () => engineFor(options, env);
  const waiting = { openEngine, unattended: run.isPipeline, nowMs: Date.now, terminal, ...CHANCE };
  // Whoever had to wait looks anew: what was reviewed may not be what is left to do.
  return waitForLock(waiting, () => deployOnce(args)).catch(async (error: unknown) => {
    if (error instanceof StackLockedError) await reportOutcome(await openEngine(), "failed", terminal);
    throw error;
  });
}

async function deployOnce({ options, stack, given, run, env, terminal }: DeployArgs): Promise<Deployment> {
  const retrying = { terminal, ...CHANCE };
  const assessment = await withRetries(retrying, async () => {
    const found = await assessStack({ options, stack, env });
    if (exitCodeOf(found) !== exitCodes.error) return found;
    throw new CommandError(`the preview failed: ${found.document.errors.join("; ")}`);
  });
  const against = exitCodeOf(assessment);
  if (against !== exitCodes.ok) {
    const because = AGAINST[against] ?? "";
    return { assessment, verdict: { apply: false, because }, update: undefined, exitCode: against };
  }
  const { effects, digest } = assessment;
  const needsReview = given === undefined && effects.length > 0 && run.commit !== undefined;
  const review = needsReview ? await run.forge.reviewOf(run.commit, previewKey(stack)) : undefined;
  const verdict = judgeDeployment({ effects, digest, given, commit: run.commit, review });
  if (!verdict.apply) return { assessment, verdict, update: undefined, exitCode: exitCodes.notReviewed };
  terminal.err(`Applied, because ${verdict.because}.`);
  const engine = await engineFor(options, env);
  const policy = await policyOf(options);
  // Not previewed again in between: of what was half done the rest would not be what was reviewed.
  const update = await withRetries(retrying, () =>
    updateAndVerify(engine, policy, assessment.plans, terminal),
  ).catch(async (error: unknown) => {
    if (!(error instanceof StackLockedError)) await reportOutcome(engine, "failed", terminal);
    throw error;
  });
  const isWell = update.problems.length === 0;
  await reportOutcome(engine, isWell ? "succeeded" : "failed", terminal);
  return { assessment, verdict, update, exitCode: isWell ? exitCodes.ok : exitCodes.resource };
}

const CHANCE = { random: Math.random, sleep: delay };

const AGAINST: Readonly<Record<number, string>> = {
  [exitCodes.resource]: "it would break a consumer",
  [exitCodes.policy]: "a mandatory policy is broken",
};

/** What people type or paste; nothing counts as nothing. */
function digestOf({ digest }: DeployOptions, env: NodeJS.ProcessEnv): string | undefined {
  const given = (digest ?? env.KEYTURN_DIGEST ?? "").trim();
  if (given === "") return undefined;
  if (isDigest(given)) return given;
  throw new CommandError(
    `--digest must be what a preview printed, such as sha256:0123456789abcdef0123456789abcdef, not "${given}"`,
    exitCodes.configuration,
  );
}

function problemsOf({ verdict, update, assessment }: Deployment): string[] {
  if (update !== undefined) return update.problems;
  const alarms = assessment.alarms.open.map(({ credential, what }) => `${credential ?? "stack"}: ${what}`);
  return [
    `nothing was applied: ${verdict.because} (docs/pipelines.md#what-red-means)`,
    ...alarms,
    ...assessment.document.errors,
  ];
}

function jsonOf({ assessment, verdict, update }: Deployment) {
  const { document, digest } = assessment;
  return {
    schemaVersion: 1,
    stack: document.stack,
    applied: update !== undefined,
    because: verdict.because,
    digest,
    preview: document,
    status: update?.status ?? null,
    problems: update?.problems ?? [],
  };
}

function renderDeployment(deployment: Deployment, stack: string, { fileUrl }: ForgeRun): string {
  const { assessment, verdict, update } = deployment;
  const problems = problemsOf(deployment);
  const pages = renderPages(problems, fileUrl);
  const sections = [
    `## ${update === undefined ? "Not deployed" : "Deployed"}: stack \`${stack}\``,
    update === undefined
      ? `**Nothing was applied: ${verdict.because}.**`
      : `Applied, because ${verdict.because}.`,
    ...(update === undefined ? [] : [renderStatus(update.status)]),
    ...(update === undefined || problems.length === 0
      ? []
      : [["**Needs a person**", "", ...renderList(problems)].join("\n")]),
    ...(pages.length === 0 ? [] : [["What to do:", "", ...pages].join("\n")]),
    ...(update === undefined && deployment.exitCode === exitCodes.notReviewed
      ? [
          `Whoever has read this preview and wants it can start this workflow by hand with the digest \`${assessment.digest}\`.`,
        ]
      : []),
    `What the preview said ${update === undefined ? "just now" : "before"}:`,
    renderPreviewMarkdown(assessment.document).trimEnd(),
    ...renderAlarms(assessment.alarms, stack),
  ];
  return `${sections.join("\n\n")}\n`;
}
