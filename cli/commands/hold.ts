import { readFile } from "node:fs/promises";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { formatInstant, parseLooseInstant } from "../../infra/instant.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { confirm } from "../operate/confirm.ts";
import { describePlan } from "../operate/describe-plan.ts";
import {
  plansOf,
  readStackFacts,
  requireKnown,
  requireNoRemarks,
  type StackFacts,
} from "../operate/read-plans.ts";
import { withHold } from "../operate/stack-file.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, projectFolderOf, type StackOption, withStackOption } from "./stack-option.ts";

interface HoldOptions extends StackOption {
  until?: string;
  reason?: string;
  pastSafeDate?: boolean;
  release?: boolean;
  yes?: boolean;
}

/** `keyturn hold`: a setting, so that it is seen, reviewed and kept like every other one. */
export const registerHold: RegisterCommand = (program, { terminal }) => {
  withStackOption(program.command("hold <name>"))
    .summary("put off a credential's rotation until a date")
    .description(
      "Writes a hold into the stack's file (Pulumi.<stack>.yaml), to be committed like any other setting: no rotation until the date. A date after which a secret could expire in use is refused unless --past-safe-date is given.",
    )
    .option("-u, --until <date>", "e.g. 2026-12-24 or 2026-12-24T09:00:00Z")
    .option("-r, --reason <text>", "why")
    .option("--past-safe-date", "hold even past the date up to which it is safe")
    .option("--release", "remove the hold")
    .option("-y, --yes", "do not ask")
    .action(async (name: string, options: HoldOptions) => {
      const hold = parseHold(options);
      const engine = await engineFor(options);
      const facts = await readStackFacts(engine);
      requireKnown([name], facts.settings);
      const plans = plansOf(withHoldInFacts(facts, name, hold)).filter(
        ({ settings }) => settings.name === name,
      );
      requireNoRemarks(plans);
      for (const plan of plans) terminal.err(describePlan(plan).join("\n"));
      const file = join(projectFolderOf(options), `Pulumi.${engine.stack.split("/").at(-1)}.yaml`);
      const question =
        hold === undefined ? `release ${name}` : `hold ${name} until ${formatInstant(hold.until)}`;
      await confirm(`${question} (writes ${file})?`, options.yes === true);
      await writeFileAtomic(file, withHold(await readFile(file, "utf8"), name, hold));
      terminal.out(`${file} was changed: commit it. It counts from the next update on.`);
    });
};

type Hold = NonNullable<StackFacts["settings"]["credentials"][number]["hold"]>;

function parseHold({ until, reason, pastSafeDate = false, release = false }: HoldOptions): Hold | undefined {
  const wrong = (message: string) => new CommandError(message, exitCodes.configuration);
  if (release) {
    if (until !== undefined || reason !== undefined)
      throw wrong("--release takes neither --until nor --reason");
    return undefined;
  }
  if (until === undefined || reason === undefined)
    throw wrong("a hold needs --until and --reason (or --release)");
  const untilMs = parseLooseInstant(until);
  if (untilMs === undefined) throw wrong(`--until must be a date such as 2026-12-24, not "${until}"`);
  return { until: untilMs, reason, pastSafeDate };
}

function withHoldInFacts(facts: StackFacts, name: string, hold: Hold | undefined): StackFacts {
  const credentials = facts.settings.credentials.map((credential) =>
    credential.name === name ? { ...credential, hold } : credential,
  );
  return { ...facts, settings: { ...facts.settings, credentials } };
}
