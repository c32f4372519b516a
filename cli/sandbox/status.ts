import type { SandboxStatus } from "../../sandbox/host/control-protocol.ts";
import { findSandbox } from "../../sandbox/host/ensure-sandbox.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { exitCodes } from "../exit-codes.ts";
import { type FolderOption, sandboxFolder, withFolderOption } from "./sandbox-options.ts";

/** `keyturn sandbox status` */
export const registerSandboxStatus: RegisterCommand = (sandbox, { terminal, setExitCode }) => {
  withFolderOption(sandbox.command("status"))
    .summary("say whether the sandbox runs, and what it holds")
    .description("Says whether the sandbox runs, and what it holds.\n\nExit codes: 0 it runs, 1 it does not.")
    .option("-j, --json", "print one JSON document")
    .action(async (options: FolderOption & { json?: boolean }) => {
      const folder = sandboxFolder(options);
      const found = await findSandbox(folder);
      if (found === undefined) setExitCode(exitCodes.error);
      if (options.json) {
        const what = found === undefined ? { running: false, folder } : { running: true, ...found.status };
        terminal.out(JSON.stringify({ schemaVersion: 1, ...what }, null, 2));
      } else {
        terminal.out(
          found === undefined ? `No sandbox runs in ${folder}.` : statusLines(found.status).join("\n"),
        );
      }
    });
};

/** A sandbox's status for people. */
export function statusLines(status: SandboxStatus): string[] {
  const { ports, holds, notEvaluated, reports } = status;
  const providers = Object.entries(ports.providers).map(([name, port]) => `${name} ${port}`);
  const lines: [string, string][] = [
    ["clock", status.now],
    ["azure", `https://localhost:${ports.https}`],
    ["mail", `smtp://localhost:${ports.smtp} (STARTTLS, XOAUTH2)`],
    ["providers", providers.join(", ")],
    ["tenant", status.tenantId],
    ["subscription", status.subscriptionId],
    [
      "holds",
      `${holds.applications} applications, ${holds.resources} resources, ${holds.secrets} secrets in ${holds.vaults} vaults`,
    ],
    ["faults", `${holds.faults}`],
    ["folder", status.folder],
    ["process", `${status.pid}`],
    ...notEvaluated.map(({ id, why }): [string, string] => ["not evaluated", `${id}: ${why}`]),
    ...reports.map((report): [string, string] => ["report", report]),
  ];
  return lines.map(([label, text]) => `${label.padEnd(14)}${text}`);
}
