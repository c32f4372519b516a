import type { RegisterCommand } from "./command.ts";

/** Flags that can be given several times. */
const collect = (value: string, before: string[] = []) => [...before, value];

/** `keyturn audit`: finds the credentials of a whole tenant that will hurt, and says what to do. */
export const registerAudit: RegisterCommand = (program, { terminal, setExitCode }) => {
  program
    .command("audit")
    .description("report the credentials of a whole tenant that will hurt, and what to do (docs/audit.md)")
    .option("--tenant <id>", "the tenant to read; default: the signed-in identity's own")
    .option("-s, --stack <name>", "compare with what this stack manages; can be repeated", collect)
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this checkout)")
    .option("--managed <file>", "the same, from what `pulumi stack output --json` printed", collect)
    .option("--vault <name>", "read this vault too, by name or address; can be repeated", collect)
    .option("--days <days>", "report what ends within so many days (default: 30)")
    .option("--max-lifetime <days>", "the longest that a credential may live (default: 366)")
    .option("--unused <days>", "report what has not signed in for so long (default: 90)")
    .option("--fail-on <severity>", "exit with 10 for findings from this severity up (default: none)")
    .option("--baseline <file>", "known findings that are accepted for a while")
    .option("--format <format>", "table, json, markdown, csv, sarif, prometheus or html")
    .option("-j, --json", "the same as --format json")
    .option("--output <file>", "write a file, in the format of its ending; can be repeated", collect)
    .option("--limit <count>", "at most so many rows in the table; 0: all (default: 200)")
    .option("--concurrency <count>", "requests to Microsoft Graph at once (default: 8)")
    .option("--resume <file>", "keep the state of the scan here, and go on from it")
    .option("--no-sign-ins", "do not ask when credentials were last used")
    .option("--owners", "add the owners of what ends soon to the report")
    .option("--notified <file>", "remember here what people were told, for the notices of --json")
    .option("--graph-url <url>", "where Microsoft Graph is; default: by AZURE_AUTHORITY_HOST")
    .option("--docs-url <url>", "where the links to the documentation lead (default: docs/)")
    .action(async (flags: unknown) => {
      // Loaded here, so that other commands do not wait for it.
      const { parseOptions } = await import("../audit/options.ts");
      const { realSurroundings, runAuditCommand } = await import("../audit/run-command.ts");
      setExitCode(await runAuditCommand(parseOptions(flags), realSurroundings(terminal)));
    });
};
