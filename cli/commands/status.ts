import { formatInstant } from "../../infra/instant.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";
import type { Engine } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { describePlan } from "../operate/describe-plan.ts";
import { plansOf, readNow, readStackFacts } from "../operate/read-plans.ts";
import { statusDocument } from "../status/document.ts";
import { oneCredentialLines } from "../status/one-credential.ts";
import { statusTable } from "../status/table.ts";
import { parseAt } from "./at-option.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, withStackOption } from "./stack-option.ts";

/** `keyturn status`: what the last update left. */
export const registerStatus: RegisterCommand = (program, { terminal, setExitCode }) => {
  withStackOption(program.command("status [name]"))
    .summary("show a stack's credentials")
    .description(
      "Shows each credential of a stack as its last update left it: slot, generation, expiry, next rotation, where it is published and who may read it. With a name, everything about that credential: its dates, what is true of it, what was done last and what the next update would do.\n\n" +
        "Exit codes: 0 all is well, 4 a credential needs a person, 6 no such stack.",
    )
    .option("--at <date>", "also say what the next update would do on that date, e.g. 2027-01-15")
    .option("-j, --json", "print one JSON document")
    .action(async (name: string | undefined, options: StatusOptions) => {
      const atMs = options.at === undefined ? undefined : parseAt(options.at);
      const engine = await engineFor(options);
      const { outputs, at } = await readNow(engine);
      if (name !== undefined && outputs[name] === undefined) {
        const known = Object.keys(outputs).sort().join(", ") || "none";
        throw new CommandError(
          `stack ${engine.stack} has no credential "${name}"; it has: ${known}`,
          exitCodes.configuration,
        );
      }
      const shown = Object.fromEntries(
        Object.entries(outputs).filter(([each]) => name === undefined || each === name),
      );
      const isAboutPlans = name !== undefined || atMs !== undefined;
      const plans = await plansFor(engine, atMs).catch((error: unknown) => {
        // Settings that are wrong are when people look: what is known is shown all the same.
        if (atMs !== undefined || !(error instanceof CommandError)) throw error;
        terminal.err(`keyturn: what comes next is not known: ${error.message}`);
        return [];
      });
      const ofShown = plans.filter(({ settings }) => shown[settings.name] !== undefined);
      const document = statusDocument(engine.stack, at, shown, ofShown);
      if (options.json === true) {
        const next = isAboutPlans ? { plans: ofShown.map(planJson) } : {};
        terminal.out(JSON.stringify({ ...document, ...next }, null, 2));
      } else {
        const [only] = document.credentials;
        const more =
          name !== undefined && only !== undefined
            ? oneCredentialLines(only, ofShown[0], terminal.style)
            : atMs === undefined
              ? []
              : ofShown.flatMap((plan) => ["", ...describePlan(plan)]);
        terminal.out([statusTable(document, terminal.style), ...more].join("\n"));
      }
      if (document.credentials.some(({ problems }) => problems.length > 0)) setExitCode(exitCodes.resource);
    });
};

interface StatusOptions extends StackOption {
  at?: string;
  json?: boolean;
}

async function plansFor(engine: Engine, atMs: number | undefined): Promise<PlannedCredential[]> {
  return plansOf(await readStackFacts(engine), {}, atMs);
}

/** What the next update would do, as JSON. */
function planJson({ settings, plan }: PlannedCredential) {
  const { action, reason, next } = plan;
  return {
    name: settings.name,
    action,
    reason,
    next: { action: next.action, at: formatInstant(next.atMs), reason: next.reason },
  };
}
