import { setTimeout as delay } from "node:timers/promises";
import { formatDuration } from "../../infra/duration.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { type StackOption, stackOf, withStackOption, withTimeoutOption } from "../commands/stack-option.ts";
import { exitCodes } from "../exit-codes.ts";
import { forgeFromEnvironment } from "../forge/forge-from-environment.ts";
import type { ForgeRun } from "../forge/forge-run.ts";
import { statusTable } from "../status/table.ts";
import type { Terminal } from "../terminal.ts";
import { rotateStack } from "./rotate-stack.ts";
import { type RotationFlags, rotationWish } from "./rotation-flags.ts";
import { type RotationReport, renderIssue, renderRotation, reportOf } from "./rotation-report.ts";
import { withWorkloadIdentity } from "./workload-identity.ts";

interface RotateOptions extends StackOption, RotationFlags {
  json?: boolean;
}

const collect = (value: string, before: string[] = []) => [...before, value];

/** `keyturn pipeline rotate`: the unattended rotation. */
export const registerPipelineRotate: RegisterCommand = (pipeline, { terminal, setExitCode }) => {
  withTimeoutOption(withStackOption(pipeline.command("rotate")))
    .summary("rotate what is due, and apply nothing else")
    .description(
      "Previews the stack first, with Azure asked what is there, and updates it only if every change belongs to a rotation that is due: a new secret, its published version, the deletion of secrets that are promised to nobody. Anything else (drift, a merge that was not deployed, an upgrade that replaces) is left as it is, reported and ends in exit code 12. Afterwards what was planned is held against what is there, and the run is reported to the alert on silence.\n\n" +
        "With --name it rotates these credentials now, whether they are due or not, under the same rule. Failures that pass (networks, throttling) are tried again, up to three times; another update of the stack is waited for, up to half an hour. When a failed verification is tried again is the plan's decision.\n\n" +
        "In a pipeline it opens one issue for the stack when something is wrong, keeps it up to date, and closes it when all is well again.\n\n" +
        "Exit codes: 0 all is well, 1 the update failed, 2 bad flags or settings, 3 no identity, 4 it would break a consumer or a credential needs a person, 5 a mandatory policy is broken, 6 no such stack, 8 cancelled, 9 not ended in time, 12 something other than rotation would change.",
    )
    .option(
      "-n, --name <name>",
      "a credential to rotate now; can be repeated (default: KEYTURN_NAMES)",
      collect,
    )
    .option("--reason <text>", "why these are rotated now, for the record (default: KEYTURN_REASON)")
    .option(
      "--jitter <duration>",
      'wait up to so long first, so that not everybody asks at once, e.g. "10 minutes"',
    )
    .option("-j, --json", "print one JSON document")
    .action(async (options: RotateOptions) => {
      const stack = stackOf(options);
      const wish = rotationWish(options, process.env);
      const run = await forgeFromEnvironment(process.env, terminal);
      await waitAtRandom(wish.jitterMs, terminal);
      const warn = (text: string) => terminal.err(`keyturn: ${text}`);
      const report = await withWorkloadIdentity({ env: process.env, warn }, (env) =>
        rotateStack({
          ...{ options, stack, wish, env, terminal, unattended: run.isPipeline },
          ...{ random: Math.random, sleep: delay, nowMs: Date.now },
        }),
      ).catch((error: unknown) => reportOf.failure(stack, error));
      show(report, options.json === true, terminal);
      await tell(report, run, terminal);
      if (report.exitCode !== exitCodes.ok) setExitCode(report.exitCode);
    });
};

async function waitAtRandom(jitterMs: number, terminal: Terminal): Promise<void> {
  if (jitterMs === 0) return;
  const waitMs = Math.round((Math.random() * jitterMs) / 1000) * 1000;
  terminal.err(`Waiting ${formatDuration(waitMs)} first (--jitter).`);
  await delay(waitMs);
}

function show(report: RotationReport, json: boolean, terminal: Terminal): void {
  const { stack, outcome, foreign, problems, status, exitCode } = report;
  const intentions = report.intentions.map(({ done }) => done);
  if (json) {
    terminal.out(
      JSON.stringify(
        { schemaVersion: 1, stack, outcome, intentions, foreign, problems, status: status ?? null },
        null,
        2,
      ),
    );
  } else {
    const isDone = outcome === "done";
    for (const { done, open } of report.intentions) terminal.out(isDone ? done : open);
    for (const { origin, what } of foreign) for (const each of what) terminal.out(`${origin}: ${each}`);
    if (status !== undefined) terminal.out(statusTable(status, terminal.style));
    if (exitCode === exitCodes.ok && intentions.length === 0) terminal.out("\nNothing was due.");
  }
  for (const problem of problems) terminal.err(`keyturn: ${problem}`);
}

/** What cannot be told people does not change what happened. */
async function tell(report: RotationReport, run: ForgeRun, terminal: Terminal): Promise<void> {
  const key = `rotation/${report.stack.replaceAll(/-(?=-)/g, "-.")}`;
  const attempts = [
    () => run.forge.appendSummary(renderRotation(report, run)),
    () =>
      report.exitCode === exitCodes.ok
        ? run.forge.closeIssue(key, `All is well again${run.url === undefined ? "" : `: ${run.url}`}`)
        : run.forge.upsertIssue(key, renderIssue(report, run)),
  ];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (error) {
      terminal.err(
        `keyturn: could not be told on the forge: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}
