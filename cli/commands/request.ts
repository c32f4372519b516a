import { randomBytes } from "node:crypto";
import { formatInstant } from "../../infra/instant.ts";
import type { RequestSettings } from "../../infra/settings/schema.ts";
import { updateStack } from "../engine/update.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { confirm } from "../operate/confirm.ts";
import { describePlan } from "../operate/describe-plan.ts";
import { plansOf, readStackFacts, requireAccepted, requireKnown } from "../operate/read-plans.ts";
import { statusDocument } from "../status/document.ts";
import { statusTable } from "../status/table.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, withStackOption, withTimeoutOption } from "./stack-option.ts";

interface RequestOptions extends StackOption {
  reason: string;
  yes?: boolean;
  json?: boolean;
  quiet?: boolean;
}

const TEXTS: Readonly<Record<RequestSettings["action"], { summary: string; description: string }>> = {
  rotate: {
    summary: "replace secrets now",
    description:
      "Makes, verifies and publishes a new secret for each named credential. The one before it keeps working for the overlap. Waits, and says so, while an earlier secret is still in its overlap.",
  },
  revoke: {
    summary: "replace leaked secrets and delete them at once",
    description:
      "For a leak: publishes a new secret, then deletes the published one without an overlap. Consumers that hold the old value fail until they have read the new one.",
  },
  rollback: {
    summary: "publish the previous secret again",
    description:
      "Publishes the previous secret again while it is still valid; it is replaced once the overlap is over.",
  },
  retire: {
    summary: "delete the previous secret before its overlap is over",
    description:
      "Deletes the previous secret at once. Consumers that still hold it fail until they have read the published one.",
  },
};

/** Commands that ask for something out of turn: each is carried out once, by one update. */
function requestCommand(action: RequestSettings["action"]): RegisterCommand {
  return (program, { terminal, setExitCode }) => {
    const { summary, description } = TEXTS[action];
    withTimeoutOption(withStackOption(program.command(`${action} <name...>`)))
      .summary(summary)
      .description(
        `${description}\n\nShows the plan and asks before anything is done.\n\nExit codes: 0 done, 1 failed or refused, 2 wrong flags, 4 a credential needs a person, 8 not confirmed, 9 not ended in time.`,
      )
      .requiredOption(
        "-r, --reason <text>",
        "why, for the record (kept with the published secret's request id)",
      )
      .option("-y, --yes", "do not ask")
      .option("-j, --json", "print the result as JSON")
      .option("-q, --quiet", "do not pass on what the engine says")
      .action(async (names: string[], options: RequestOptions) => {
        const engine = await engineFor(options);
        const facts = await readStackFacts(engine);
        requireKnown(names, facts.settings);
        const requests = requestsFor(names, action, options.reason, facts.nowMs);
        const plans = plansOf(facts, requests).filter(({ settings }) => names.includes(settings.name));
        requireAccepted(plans);
        for (const plan of plans) terminal.err(describePlan(plan).join("\n"));
        const idle = plans.filter(({ plan }) => plan.action === "keep" || plan.action === "wait");
        if (idle.length === plans.length) {
          throw new CommandError(
            `nothing can be done now: ${idle.map(({ plan }) => plan.reason).join("; ")}`,
          );
        }
        await confirm(`${action} ${names.join(", ")} on stack ${engine.stack}?`, options.yes === true);
        const env = { ...engine.env, KEYTURN_REQUESTS: JSON.stringify(requests) };
        const result = await updateStack({
          engine: await engineFor(options, env),
          terminal,
          ...(options.quiet !== true && { onLine: (line: string) => terminal.err(line) }),
        });
        const document = statusDocument(engine.stack, formatInstant(facts.nowMs), result.credentials);
        terminal.out(
          options.json === true
            ? JSON.stringify(
                { ...document, requests, changed: result.changed, removed: result.removed },
                null,
                2,
              )
            : statusTable(document, terminal.style),
        );
        if (result.problems.length > 0) {
          for (const problem of result.problems) terminal.err(`keyturn: ${problem}`);
          setExitCode(exitCodes.resource);
        }
      });
  };
}

/** One request a credential, with an id that nobody has used before. */
export function requestsFor(
  names: readonly string[],
  action: RequestSettings["action"],
  reason: string,
  nowMs: number,
): Record<string, RequestSettings> {
  const id = `${action}-${formatInstant(nowMs).replaceAll(/[-:]/g, "")}-${randomBytes(3).toString("hex")}`;
  return Object.fromEntries(names.map((name) => [name, { id, action, reason }]));
}

export const registerRotate = requestCommand("rotate");
export const registerRevoke = requestCommand("revoke");
export const registerRollback = requestCommand("rollback");
export const registerRetire = requestCommand("retire");
