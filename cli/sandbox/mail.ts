import type { SentMessage } from "../../sandbox/mail/state.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { alignedColumns } from "../status/table.ts";
import { connect, refusing } from "./connect.ts";
import { type FolderOption, withFolderOption } from "./sandbox-options.ts";

/** `keyturn sandbox mail` */
export const registerMail: RegisterCommand = (sandbox, { terminal }) => {
  withFolderOption(sandbox.command("mail"))
    .summary("show the mail that was submitted by SMTP or Microsoft Graph, and delivered")
    .option("-j, --json", "print one JSON document, with the content of each message")
    .action(async (options: FolderOption & { json?: boolean }) => {
      const { client } = await connect(options, terminal);
      const messages = await refusing(() => client.call("mail", {}));
      if (options.json) terminal.out(JSON.stringify({ schemaVersion: 1, messages }, null, 2));
      else terminal.out(messages.length === 0 ? "No mail was delivered." : mailLines(messages).join("\n"));
    });
};

/** Messages for people, oldest first, one line each. */
export function mailLines(messages: readonly SentMessage[]): string[] {
  return alignedColumns([
    ["WHEN", "BY", "FROM", "TO", "SUBJECT", "MESSAGE-ID"],
    ...messages.map(({ sentDateTime, submittedBy, from, to, cc, bcc, subject, internetMessageId }) =>
      [sentDateTime, submittedBy, from, [...to, ...cc, ...bcc].join(", "), subject, internetMessageId].map(
        onOneLine,
      ),
    ),
  ]);
}

/** Whoever sent the message chose these words: nothing in them may steer a terminal. */
function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200);
}
