import type { FaultRule } from "../../sandbox/faults/rule.ts";
import { isoSeconds } from "../../sandbox/iso-time.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { alignedColumns } from "../status/table.ts";
import { connect, refusing } from "./connect.ts";
import { type FaultFlags, faultOf } from "./fault-flags.ts";
import { type FolderOption, withFolderOption } from "./sandbox-options.ts";

type Options = FolderOption & { json?: boolean };

/** Flags that can be given several times. */
const collect = (value: string, before: string[] = []) => [...before, value];

/** `keyturn sandbox fault` */
export const registerFault: RegisterCommand = (sandbox, context) => {
  const fault = sandbox.command("fault").summary("make the sandbox fail");
  registerAdd(fault, context);
  registerList(fault, context);
  registerClear(fault, context);
};

const registerAdd: RegisterCommand = (fault, { terminal }) => {
  withFolderOption(fault.command("add"))
    .summary("set up a fault")
    .description(
      "Sets up a fault: which calls it is about, when it strikes, and what it does. `keyturn sandbox log` shows what calls are named. In globs `*` stays within a part of a path and `**` does not.",
    )
    .option(
      "--face <face>",
      "provider (the engine's calls), https (everybody else's) or smtp (mail submission); default: all",
    )
    .option("--operation <glob>", "calls of this name, e.g. azuread.create or graph.*")
    .option("--path <glob>", "calls on this path, e.g. **/secrets/**")
    .option("--nth <n>", "strike at the n-th matching call only")
    .option("--from <n>", "strike at the n-th and every later one: an outage")
    .option("--every <n>", "strike at every n-th")
    .option("--probability <p>", "strike with this chance")
    .option(
      "--seed <text>",
      "with --probability: what the dice are thrown from; the same seed, the same throws",
    )
    .option("--times <n>", "strike at most so often")
    .option("--status <status>", "answer with this HTTP status")
    .option("--body <text>", "with --status: the answer's body, or the provider's message")
    .option("--header <header>", 'with --status: "Retry-After: 5"; can be repeated', collect)
    .option("--delay <duration>", "answer only when the sandbox's clock has moved so far")
    .option("--real", "with --delay: by the real clock; 5 seconds at most")
    .option("--hang", "do not answer until the fault is cleared or the caller gives up")
    .option("--reset", "break the connection")
    .option("--half", "send half of the answer, then break the connection (https)")
    .option("--stale <n>", "answer as before the last n changes")
    .option("--slow-propagation <duration>", "answer as things were so long ago by the sandbox's clock")
    .option("--kill", "kill the sandbox's process")
    .option(
      "--after",
      "with --status, --hang, --reset, --kill: only the answer is lost, the operation is not",
    )
    .option("-j, --json", "print one JSON document")
    .action(async ({ folder, json, ...flags }: Options & FaultFlags) => {
      const request = faultOf(flags);
      const { client } = await connect(folder === undefined ? {} : { folder }, terminal);
      const rule = await refusing(() => client.call("addFault", request));
      if (json) terminal.out(JSON.stringify({ schemaVersion: 1, rule }, null, 2));
      else terminal.out(`Fault ${rule.id}: ${wordsOf(rule)}`);
    });
};

const registerList: RegisterCommand = (fault, { terminal }) => {
  withFolderOption(fault.command("list"))
    .summary("show the faults that are set up, and those that struck")
    .option("-j, --json", "print one JSON document")
    .action(async (options: Options) => {
      const { client } = await connect(options, terminal);
      const { rules, counters, fired } = await refusing(() => client.call("listFaults", {}));
      if (options.json) {
        terminal.out(JSON.stringify({ schemaVersion: 1, rules, counters, fired }, null, 2));
        return;
      }
      if (rules.length === 0) terminal.out("No fault is set up.");
      for (const rule of rules) {
        const { matched, fired: struck } = counters[rule.id] ?? { matched: 0, fired: 0 };
        terminal.out(`Fault ${rule.id}: ${wordsOf(rule)}; ${matched} calls matched, struck ${struck} times`);
      }
      if (fired.length === 0) return;
      const rows = fired.map(({ atMs, ruleId, effect, operation, path }) => [
        ...[isoSeconds(atMs), ruleId, effect, operation, path],
      ]);
      terminal.out(
        alignedColumns([["STRUCK AT", "FAULT", "EFFECT", "OPERATION", "PATH"], ...rows]).join("\n"),
      );
    });
};

const registerClear: RegisterCommand = (fault, { terminal }) => {
  withFolderOption(fault.command("clear [id]"))
    .summary("take one fault away, or all; calls that hang go on")
    .option("-j, --json", "print one JSON document")
    .action(async (id: string | undefined, options: Options) => {
      const { client } = await connect(options, terminal);
      const cleared = await refusing(() => client.call("clearFaults", id === undefined ? {} : { id }));
      if (options.json) terminal.out(JSON.stringify({ schemaVersion: 1, cleared }, null, 2));
      else terminal.out(cleared === 1 ? "1 fault cleared." : `${cleared} faults cleared.`);
    });
};

/** A rule for people. */
function wordsOf({ match, when, times, effect }: FaultRule): string {
  const { kind, ...details } = effect;
  const about = [match.face, match.operation, match.path].filter((part) => part !== undefined).join(" ");
  const shown = Object.entries(details)
    .filter(([, value]) => value !== false && JSON.stringify(value) !== "{}")
    .map(([name, value]) =>
      value === true ? name : `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`,
    );
  const moment =
    when.kind === "probability"
      ? `probability ${when.p}`
      : "n" in when
        ? `${when.kind} ${when.n}`
        : when.kind;
  const limit = times === undefined ? "" : `, at most ${times} times`;
  return `${about || "every call"}, ${moment}${limit}: ${[kind, ...shown].join(", ")}`;
}
