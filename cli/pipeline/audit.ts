import { Option } from "commander";
import type { AuditOptions } from "../audit/options.ts";
import { safeText } from "../audit/safe-text.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { forgeFromEnvironment } from "../forge/forge-from-environment.ts";
import { withWorkloadIdentity } from "./workload-identity.ts";

interface ScheduledFlags {
  mailFrom?: string;
  json?: boolean;
  docsUrl?: string;
  [flag: string]: unknown;
}

const collect = (value: string, before: string[] = []) => [...before, value];

/** `keyturn pipeline audit`: the daily audit, which tells people until it is solved. */
export const registerPipelineAudit: RegisterCommand = (pipeline, { terminal, setExitCode }) => {
  pipeline
    .command("audit")
    .summary("audit the tenant, and tell people until it is solved")
    .description(
      "Audits as `keyturn audit` does, and tells people what it found (docs/audit.md#scheduled): one issue for each tier (expired, 1, 7, 14 and 30 days), opened, kept up to date, reminded of and closed when it is solved; and with --mail-from each owner on record, at most once a day.\n\n" +
        "The issues remember what was told, so that a run that is repeated tells nobody twice. An audit that is not complete closes nothing, and opens an issue of its own. To each --stack it reports how much it found, whose alerts tell of it (docs/alerts.md).\n\n" +
        "Exit codes: 0 audited and told, 1 something could not be read or told, 2 bad flags, 3 no identity or a right is missing, 6 no such stack, 9 Microsoft Graph did not answer in time, 10 findings at or above --fail-on.",
    )
    .option("--tenant <id>", "the tenant to read; default: the signed-in identity's own")
    .option("-s, --stack <name>", "compare with what this stack manages; can be repeated", collect)
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this checkout)")
    .option("--managed <file>", "the same, from what `pulumi stack output --json` printed", collect)
    .option("--vault <name>", "read this vault too, by name or address; can be repeated", collect)
    .option("--days <days>", "tell of what ends within so many days (default: 30)")
    .option("--max-lifetime <days>", "the longest that a credential may live (default: 366)")
    .option("--unused <days>", "report what has not signed in for so long (default: 90)")
    .option("--fail-on <severity>", "exit with 10 for findings from this severity up (default: none)")
    .option("--baseline <file>", "known findings that are accepted for a while")
    .option("--concurrency <count>", "requests to Microsoft Graph at once (default: 8)")
    .option("--no-sign-ins", "do not ask when credentials were last used")
    .addOption(
      new Option(
        "--mail-from <mailbox>",
        "write to the owners from this mailbox; takes the right to send mail as it (default: to none)",
      ).env("KEYTURN_MAIL_FROM"),
    )
    .option("--graph-url <url>", "where Microsoft Graph is; default: by AZURE_AUTHORITY_HOST")
    .option("--docs-url <url>", "where the links to the documentation lead (default: the repository's docs/)")
    .option("-j, --json", "print one JSON document")
    .action(async (flags: ScheduledFlags) => {
      // Loaded here, so that other commands do not wait for it.
      const { realSurroundings } = await import("../audit/run-command.ts");
      const { auditAndTell, tellFailure } = await import("../audit/scheduled/audit-and-tell.ts");
      const { options, mailFrom } = await optionsOf(flags);
      const run = await forgeFromEnvironment(process.env, terminal);
      const warn = (text: string) => terminal.err(`keyturn: ${text}`);
      const work = (env: NodeJS.ProcessEnv) => {
        const surroundings = { ...realSurroundings(terminal), env };
        return auditAndTell({ options, flags, mailFrom, run, surroundings });
      };
      const exitCode = await withWorkloadIdentity({ env: process.env, warn }, work).catch(
        async (error: unknown) => {
          await tellFailure(run, [error instanceof Error ? error.message : String(error)], terminal);
          throw error;
        },
      );
      if (exitCode !== exitCodes.ok) setExitCode(exitCode);
    });
};

/** @throws CommandError listing every flag that is wrong. */
async function optionsOf({ mailFrom: from, json: _, ...flags }: ScheduledFlags): Promise<{
  options: AuditOptions;
  mailFrom: string | undefined;
}> {
  // What a pipeline passes on of a variable that nobody has set.
  const mailFrom = from === "" ? undefined : from;
  const { parseOptions } = await import("../audit/options.ts");
  const problems: string[] = [];
  let options: AuditOptions | undefined;
  try {
    options = parseOptions({ ...flags, owners: true });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    problems.push(error.message);
  }
  if (mailFrom !== undefined && !MAILBOX.test(mailFrom)) {
    problems.push(
      `--mail-from must be a mailbox's address or its user's object id, but is ${safeText(mailFrom)}`,
    );
  }
  if (options === undefined || problems.length > 0) {
    throw new CommandError(problems.join("\n"), exitCodes.configuration);
  }
  return { options, mailFrom };
}

const MAILBOX =
  /^([\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
