import { isoSeconds } from "../../sandbox/iso-time.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { connect, refusing } from "./connect.ts";
import { outboxLines } from "./outbox.ts";
import { type FolderOption, parseMoment, parseSpan, withFolderOption } from "./sandbox-options.ts";

/** `keyturn sandbox advance` */
export const registerAdvance: RegisterCommand = (sandbox, { terminal }) => {
  withFolderOption(sandbox.command("advance <time...>"))
    .summary('move the sandbox\'s clock: advance "31 days", advance to 2025-02-14T11:30Z')
    .description(
      "Moves the sandbox's clock, by a duration or to a moment. Everything that would have happened in between happens, in order: secrets expire, events are sent, alerts are evaluated.",
    )
    .option("--allow-backwards", "move it back, to see what a clock that jumps does")
    .option("-j, --json", "print one JSON document")
    .action(async (words: string[], options: FolderOption & { allowBackwards?: boolean; json?: boolean }) => {
      const order = advanceOrder(words, options.allowBackwards ?? false);
      const { client } = await connect(options, terminal);
      const { fromMs, toMs, messages } = await refusing(() => client.call("advance", order));
      const [from, to] = [isoSeconds(fromMs), isoSeconds(toMs)];
      if (options.json) {
        terminal.out(JSON.stringify({ schemaVersion: 1, from, to, messages }, null, 2));
        return;
      }
      terminal.out(`From ${from} to ${to}: ${messages.length === 0 ? "nobody was told anything" : "sent"}.`);
      if (messages.length > 0) terminal.out(outboxLines(messages).join("\n"));
    });
};

/** @throws CommandError if the words say neither a duration nor a moment. */
function advanceOrder(words: string[], allowBackwards: boolean) {
  const [first = "", ...rest] = words;
  if (first.toLowerCase() === "to") return { toMs: parseMoment("advance to", rest.join("")), allowBackwards };
  if (allowBackwards) {
    throw new CommandError(
      '--allow-backwards goes with "advance to": a duration is never negative',
      exitCodes.configuration,
    );
  }
  return { byMs: parseSpan("advance", words.join(" ")) };
}
