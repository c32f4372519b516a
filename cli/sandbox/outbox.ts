import type { OutboxEntry } from "../../sandbox/events/state.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { alignedColumns } from "../status/table.ts";
import { connect, refusing } from "./connect.ts";
import { type FolderOption, withFolderOption } from "./sandbox-options.ts";

/** `keyturn sandbox outbox` */
export const registerOutbox: RegisterCommand = (sandbox, { terminal }) => {
  withFolderOption(sandbox.command("outbox"))
    .summary("show what people and services were sent, or would have been")
    .option("-j, --json", "print one JSON document")
    .action(async (options: FolderOption & { json?: boolean }) => {
      const { client } = await connect(options, terminal);
      const messages = await refusing(() => client.call("outbox", {}));
      if (options.json) terminal.out(JSON.stringify({ schemaVersion: 1, messages }, null, 2));
      else
        terminal.out(messages.length === 0 ? "Nobody was sent anything." : outboxLines(messages).join("\n"));
    });
};

/** Messages for people, one line each. */
export function outboxLines(messages: readonly OutboxEntry[]): string[] {
  return alignedColumns([
    ["WHEN", "VIA", "WHO", "WHAT", "OUTCOME"],
    ...messages.map(({ when, via, who, what, outcome }) => [when, via, who, what, outcome]),
  ]);
}
