import { formatInstant, parseLooseInstant } from "../../infra/instant.ts";
import type { CredentialSettings } from "../../infra/settings/schema.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { confirm } from "../operate/confirm.ts";
import { describePlan } from "../operate/describe-plan.ts";
import { proposeEdit } from "../operate/edit-stack-file.ts";
import { planJson } from "../operate/plan-json.ts";
import { nowMsOf, plansOf, readNow, requireNoRemarks } from "../operate/read-plans.ts";
import { withHold } from "../operate/stack-file.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, projectFolderOf, type StackOption, withStackOption } from "./stack-option.ts";

interface HoldOptions extends StackOption {
  until?: string;
  reason?: string;
  pastSafeDate?: boolean;
  release?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Version of the JSON document. Fields are only ever added. */
const SCHEMA_VERSION = 1;

/** `keyturn hold`: a setting, so that it is seen, reviewed and kept like every other one. */
export const registerHold: RegisterCommand = (program, { terminal }) => {
  withStackOption(program.command("hold <name>"))
    .summary("put off a credential's rotation until a date")
    .description(
      "Writes a hold into the stack's file (Pulumi.<stack>.yaml), to be committed like any other setting: no rotation until the date. A date after which a secret could expire in use is refused unless --past-safe-date is given. Shows the plan and asks before it writes; a file that the next update would refuse is not written.\n\n" +
        "Exit codes: 0 written, 1 refused, 2 wrong flags or settings, 6 no such stack, 8 not confirmed.",
    )
    .option("-u, --until <date>", "e.g. 2026-12-24 or 2026-12-24T09:00:00Z")
    .option("--reason <text>", "why")
    .option("--past-safe-date", "hold even past the date up to which it is safe")
    .option("--release", "remove the hold")
    .option("-y, --yes", "do not ask")
    .option("-j, --json", "print the result as JSON")
    .action(async (name: string, options: HoldOptions) => {
      const hold = parseHold(options);
      const engine = await engineFor(options);
      const now = await readNow(engine);
      const nowMs = nowMsOf(now);
      const edit = await proposeEdit(
        engine,
        projectFolderOf(options),
        (text) => withHold(text, name, hold),
        hold === undefined || hold.until > nowMs
          ? []
          : [{ path: `credentials.${name}.hold.until`, message: `is over already: now is ${now.at}` }],
      );
      const plans = plansOf({ settings: edit.settings, outputs: now.outputs, nowMs }).filter(
        ({ settings }) => settings.name === name,
      );
      requireNoRemarks(plans);
      for (const plan of plans) terminal.err(describePlan(plan).join("\n"));
      const question =
        hold === undefined ? `release ${name}` : `hold ${name} until ${formatInstant(hold.until)}`;
      await confirm(`${question} (writes ${edit.file})?`, options.yes === true);
      await edit.write();
      terminal.out(
        options.json === true
          ? JSON.stringify(
              {
                schemaVersion: SCHEMA_VERSION,
                stack: engine.stack,
                at: now.at,
                file: edit.file,
                credential: name,
                hold: hold === undefined ? null : { ...hold, until: formatInstant(hold.until) },
                plans: plans.map(planJson),
              },
              null,
              2,
            )
          : `${edit.file} was changed: commit it. It counts from the next update on.`,
      );
    });
};

type Hold = NonNullable<CredentialSettings["hold"]>;

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
