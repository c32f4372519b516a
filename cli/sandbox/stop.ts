import { stopSandbox } from "../../sandbox/host/stop-sandbox.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { type FolderOption, sandboxFolder, withFolderOption } from "./sandbox-options.ts";

/** `keyturn sandbox stop` */
export const registerStop: RegisterCommand = (sandbox, { terminal }) => {
  withFolderOption(sandbox.command("stop"))
    .summary("stop the sandbox; what it holds is kept")
    .option("-j, --json", "print one JSON document")
    .action(async (options: FolderOption & { json?: boolean }) => {
      const folder = sandboxFolder(options);
      const result = await stopSandbox(folder);
      terminal.out(
        options.json
          ? JSON.stringify({ schemaVersion: 1, folder, result }, null, 2)
          : {
              stopped: "Stopped.",
              killed: "It did not listen: killed.",
              "not running": "It was not running.",
            }[result],
      );
    });
};
