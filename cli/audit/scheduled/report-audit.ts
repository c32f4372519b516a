import { projectFolderOf } from "../../commands/stack-option.ts";
import { openEngine } from "../../engine/engine.ts";
import { readConnectionString } from "../../engine/outputs.ts";
import { reportEvents } from "../../engine/report-run.ts";
import { directoryInstant } from "../../status/directory-instant.ts";
import type { AuditResult } from "../audit.ts";
import type { AuditOptions } from "../options.ts";
import { safeText } from "../safe-text.ts";
import { auditEvents } from "./audit-events.ts";

/**
 * Reports an audit to each of its stacks, whose alerts tell of what it found, and of its silence.
 * @returns why it could not be reported, for each stack that does not know of it.
 */
export async function reportAudit(
  result: AuditResult,
  { stack: stacks, cwd }: Pick<AuditOptions, "stack" | "cwd">,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const problems: string[] = [];
  for (const name of stacks) {
    const problem = await reportTo(name, result, { env, cwd }).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    if (problem !== undefined) {
      problems.push(`the audit could not be reported to stack ${safeText(name)}: ${safeText(problem)}`);
    }
  }
  return problems;
}

async function reportTo(
  name: string,
  result: AuditResult,
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string | undefined },
): Promise<string | undefined> {
  const projectFolder = projectFolderOf(cwd === undefined ? {} : { cwd });
  const engine = await openEngine({ stack: name, env, projectFolder });
  return reportEvents(await readConnectionString(engine), {
    events: auditEvents(result, engine.stackName),
    at: await directoryInstant(engine.env),
  });
}
