import type { RegisterCommand } from "../commands/command.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { alignedColumns } from "../status/table.ts";
import { connect, refusing } from "./connect.ts";
import { type FolderOption, withFolderOption } from "./sandbox-options.ts";

/** `keyturn sandbox log` */
export const registerLog: RegisterCommand = (sandbox, { terminal }) => {
  withFolderOption(sandbox.command("log"))
    .summary("show the calls that the sandbox has answered since it was started")
    .option("--after <number>", "only calls after the one with this number")
    .option("-j, --json", "print one JSON document")
    .action(async (options: FolderOption & { after?: string; json?: boolean }) => {
      const args = options.after === undefined ? {} : { after: parseNumber(options.after) };
      const { client } = await connect(options, terminal);
      const calls = await refusing(() => client.call("calls", args));
      if (options.json) {
        terminal.out(JSON.stringify({ schemaVersion: 1, calls }, null, 2));
        return;
      }
      const rows = calls.map(({ sequence, at, operation, path, outcome }) => [
        ...[String(sequence), at, operation, path, outcome],
      ]);
      terminal.out(alignedColumns([["NUMBER", "AT", "OPERATION", "PATH", "OUTCOME"], ...rows]).join("\n"));
    });
};

function parseNumber(text: string): number {
  if (!/^\d{1,12}$/.test(text)) {
    throw new CommandError(`--after ${text}: a whole number is allowed`, exitCodes.configuration);
  }
  return Number(text);
}
