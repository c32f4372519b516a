import { DAY_MS } from "../../infra/duration.ts";
import { formatInstant } from "../../infra/instant.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";
import type { Engine } from "../engine/engine.ts";
import { readSettings } from "../engine/settings.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { planJson } from "../operate/plan-json.ts";
import { nowMsOf, planFromMemory, plansOf, readNow, type StackFacts } from "../operate/read-plans.ts";
import { statusDocument } from "../status/document.ts";
import { type ForecastAction, forecast, forecastLines } from "../status/forecast.ts";
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
      "Shows each credential of a stack as its last update left it: slot, generation, expiry, next rotation, where it is published and who may read it. With a name, everything about that credential: its dates, what is true of it, what was done last and what the next update would do. With --at, also what will happen by then if an update runs every day: what is rotated, published, retired, and what expires. Changes nothing.\n\n" +
        "Exit codes: 0 all is well, 2 wrong flags or settings, 4 a credential needs a person, 6 no such stack.",
    )
    .option("--at <date>", "also say what will happen until that date, e.g. 2027-01-15")
    .option("-j, --json", "print one JSON document")
    .action(async (name: string | undefined, options: StatusOptions) => {
      const atMs = options.at === undefined ? undefined : parseAt(options.at);
      const engine = await engineFor(options);
      const now = await readNow(engine);
      const { outputs, at } = now;
      if (name !== undefined && outputs[name] === undefined) {
        const known = Object.keys(outputs).sort().join(", ") || "none";
        throw new CommandError(
          `stack ${engine.stack} has no credential "${name}"; it has: ${known}`,
          exitCodes.configuration,
        );
      }
      if (atMs !== undefined) requireAhead(atMs, now);
      const shown = Object.fromEntries(
        Object.entries(outputs).filter(([each]) => name === undefined || each === name),
      );
      const isAboutPlans = name !== undefined || atMs !== undefined;
      const { facts, plans } = await whatComes(engine, now, atMs).catch((error: unknown) => {
        // Settings that are wrong are when people look: what is known is shown all the same.
        if (atMs !== undefined || !(error instanceof CommandError)) throw error;
        terminal.err(`keyturn: what comes next is not known: ${error.message}`);
        return { facts: undefined, plans: [] };
      });
      const ofShown = plans.filter(({ settings }) => name === undefined || settings.name === name);
      const coming = facts === undefined || atMs === undefined ? [] : forecastsOf(facts, ofShown, atMs);
      const document = statusDocument(engine.stack, at, shown, ofShown);
      if (options.json === true) {
        const next = isAboutPlans ? { plans: ofShown.map(planJson) } : {};
        const later = atMs === undefined ? {} : { until: formatInstant(atMs), forecast: coming };
        terminal.out(JSON.stringify({ ...document, ...next, ...later }, null, 2));
      } else {
        const [only] = document.credentials;
        const everything =
          name === undefined || only === undefined
            ? []
            : oneCredentialLines(only, ofShown[0], terminal.style);
        const later =
          atMs === undefined
            ? []
            : [
                "",
                terminal.style("bold", `UNTIL ${formatInstant(atMs)}, IF AN UPDATE RUNS EVERY DAY`),
                ...coming.flatMap(({ name, actions }) => [name, ...forecastLines(actions)]),
              ];
        terminal.out([statusTable(document, terminal.style), ...everything, ...later].join("\n"));
      }
      if (document.credentials.some(({ problems }) => problems.length > 0)) setExitCode(exitCodes.resource);
    });
};

interface StatusOptions extends StackOption {
  at?: string;
  json?: boolean;
}

/** Further than that it would be the same over and over again. */
const LONGEST_FORECAST_MS = 10 * 365 * DAY_MS;

/** @throws CommandError if the date is past, or too far away. */
function requireAhead(atMs: number, now: { at: string }): void {
  const latestMs = nowMsOf(now) + LONGEST_FORECAST_MS;
  if (atMs >= nowMsOf(now) && atMs <= latestMs) return;
  throw new CommandError(
    `--at must be between now (${now.at}) and ${formatInstant(latestMs)}, not ${formatInstant(atMs)}`,
    exitCodes.configuration,
  );
}

/** What an update would do now, or on that date. @throws CommandError if the settings, or the plan, refuse. */
async function whatComes(
  engine: Engine,
  now: Awaited<ReturnType<typeof readNow>>,
  atMs: number | undefined,
): Promise<{ facts: StackFacts; plans: PlannedCredential[] }> {
  const facts = { settings: await readSettings(engine), outputs: now.outputs, nowMs: nowMsOf(now) };
  return { facts, plans: plansOf(facts, {}, atMs) };
}

/** What will happen to each of these credentials. */
function forecastsOf(
  { settings, nowMs }: StackFacts,
  planned: readonly PlannedCredential[],
  untilMs: number,
): { name: string; actions: ForecastAction[] }[] {
  return planned.map(({ settings: { name }, memory }) => ({
    name,
    actions: forecast({
      memory,
      plan: (remembered, atMs) => planFromMemory(settings, name, remembered, atMs),
      nowMs,
      untilMs,
    }),
  }));
}
