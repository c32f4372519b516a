import { exitCodes } from "../../exit-codes.ts";
import type { ForgeRun } from "../../forge/forge-run.ts";
import { reportable } from "../../pipeline/safe-report.ts";
import type { Terminal } from "../../terminal.ts";
import type { AuditResult } from "../audit.ts";
import { GraphClient } from "../graph/client.ts";
import type { AuditOptions } from "../options.ts";
import { renderMarkdown } from "../report/markdown.ts";
import { type CommandSurroundings, exitCodeOf, performAudit } from "../run-command.ts";
import { noAddressees } from "./addressees.ts";
import { FAILURE_KEY, failureIssue, toldJson, toldLines, toldMarkdown } from "./report.ts";
import { reportAudit } from "./report-audit.ts";
import { tellPeople } from "./run-scheduled.ts";

export interface AuditAndTellArgs {
  options: AuditOptions;
  flags: { json?: boolean; docsUrl?: string };
  mailFrom: string | undefined;
  run: Pick<ForgeRun, "forge" | "fileUrl" | "url">;
  surroundings: CommandSurroundings;
}

/** Audits and tells people. @returns the exit code. @throws CommandError if the audit, or the forge, fails as a whole. */
export async function auditAndTell({
  options,
  flags,
  mailFrom,
  run,
  surroundings,
}: AuditAndTellArgs): Promise<number> {
  const { terminal } = surroundings;
  const { result, credential } = await performAudit(options, surroundings);
  const docsUrl = flags.docsUrl === undefined ? run.fileUrl("docs/") : options.docsUrl;
  await run.forge.appendSummary(renderMarkdown(result, { docsUrl }));
  const { random, nowMs, retryTiming } = surroundings.audit;
  const client = new GraphClient({
    ...{ origin: result.graphUrl, credential, random, nowMs },
    ...(retryTiming === undefined ? {} : { retryTiming }),
  });
  try {
    const mail = mailFrom === undefined ? undefined : { from: mailFrom, client };
    const told = await tellPeople({ result, forge: run.forge, docsUrl, mail });
    await run.forge.appendSummary(toldMarkdown(told));
    if (flags.json === true) terminal.out(JSON.stringify(toldJson(told, result), null, 2));
    else for (const line of toldLines(told, result)) terminal.out(line);
    await tellOfGaps(result, run, terminal);
    const unreported = await reportAudit(result, options, surroundings.env);
    for (const each of unreported) terminal.err(`keyturn: ${each}: its alerts do not know of it`);
    const mute = mail === undefined ? undefined : noAddressees(result);
    const mailProblem = told.mailProblem ?? mute?.why;
    if (mailProblem !== undefined) terminal.err(`keyturn: owners were not written to: ${mailProblem}`);
    const exitCode = exitCodeOf(result, options);
    if (exitCode !== exitCodes.ok && exitCode !== exitCodes.findings) return exitCode;
    if (mailProblem !== undefined)
      return told.mailRefused || mute?.refused === true ? exitCodes.authentication : exitCodes.error;
    return unreported.length > 0 ? exitCodes.error : exitCode;
  } finally {
    client.stop();
  }
}

async function tellOfGaps(
  { gaps, complete }: AuditResult,
  run: AuditAndTellArgs["run"],
  terminal: Terminal,
): Promise<void> {
  const missing = gaps
    .filter(({ essential }) => essential)
    .map(({ what, why }) => `not read: ${what}: ${why}`);
  for (const each of missing) terminal.err(`keyturn: ${each}`);
  if (complete) await run.forge.closeIssue(FAILURE_KEY, "The audit is complete again.");
  else await run.forge.upsertIssue(FAILURE_KEY, failureIssue(missing, run.url));
}

/** What cannot be told people either is only said here. */
export async function tellFailure(
  run: AuditAndTellArgs["run"],
  why: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const safe = why.map((each) => reportable(each));
  try {
    await run.forge.appendSummary(`## Credential audit\n\n${failureIssue(safe, run.url).body}`);
    await run.forge.upsertIssue(FAILURE_KEY, failureIssue(safe, run.url));
  } catch (error) {
    terminal.err(
      `keyturn: could not be told on the forge: ${error instanceof Error ? error.message : error}`,
    );
  }
}
