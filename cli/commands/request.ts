import { randomBytes } from "node:crypto";
import { formatInstant } from "../../infra/instant.ts";
import { type RequestSettings, requestSchema, type Settings } from "../../infra/settings/schema.ts";
import { updateStack } from "../engine/update.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { confirm } from "../operate/confirm.ts";
import { describePlan } from "../operate/describe-plan.ts";
import { plansOf, readStackFacts, requireAccepted, requireKnown } from "../operate/read-plans.ts";
import { onlyAdvising, type PolicyOptions, policyOf, withPolicyOptions } from "../policy/policy.ts";
import { statusDocument } from "../status/document.ts";
import { statusTable } from "../status/table.ts";
import type { RegisterCommand } from "./command.ts";
import { engineFor, type StackOption, withStackOption, withTimeoutOption } from "./stack-option.ts";

interface RequestOptions extends StackOption, PolicyOptions {
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
    withPolicyOptions(withTimeoutOption(withStackOption(program.command(`${action} <name...>`))))
      .summary(summary)
      .description(
        `${description}\n\nShows the plan and asks before anything is done. What the policy pack finds is said, and stops nothing: who answers a leak must not wait for a tag.\n\nExit codes: 0 done, 1 failed or refused, 2 wrong flags or settings, 4 a credential needs a person, 8 not confirmed, 9 not ended in time.`,
      )
      .requiredOption("--reason <text>", "why, for the record (kept with the published secret's request id)")
      .option("-y, --yes", "do not ask")
      .option("-j, --json", "print the result as JSON")
      .option("-q, --quiet", "do not pass on what the engine says")
      .action(async (names: string[], options: RequestOptions) => {
        requireReason(options.reason);
        const policy = await policyOf(options);
        const engine = await engineFor(options);
        const facts = await readStackFacts(engine);
        requireKnown(names, facts.settings);
        requireSecrets(names, facts.settings);
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
          policy: policy && onlyAdvising(policy),
          ...(options.quiet !== true && { onLine: (line: string) => terminal.err(line) }),
        });
        const document = statusDocument(engine.stack, formatInstant(facts.nowMs), result.credentials);
        terminal.out(
          options.json === true
            ? JSON.stringify(
                {
                  ...document,
                  requests,
                  changed: result.changed,
                  removed: result.removed,
                  warnings: result.warnings,
                },
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

/** @throws CommandError if the program would refuse the reason. */
function requireReason(reason: string): void {
  const parsed = requestSchema.shape.reason.safeParse(reason);
  if (parsed.success) return;
  const problems = parsed.error.issues.map(({ message }) => message).join("; ");
  throw new CommandError(`--reason ${problems}`, exitCodes.configuration);
}

/** @throws CommandError that says who proves its identity instead. */
function requireSecrets(names: readonly string[], settings: Settings): void {
  const without = settings.credentials.filter(
    ({ name, federated }) => names.includes(name) && federated.length > 0,
  );
  if (without.length === 0) return;
  const lines = without.map(
    ({ name, federated }) =>
      `${name} is federated and has no secret: ${federated.map((identity) => identity.name).join(", ")} prove who they are`,
  );
  throw new CommandError(lines.join("\n"), exitCodes.configuration);
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
