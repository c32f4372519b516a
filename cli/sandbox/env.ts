import { dirname, join } from "node:path";
import { ensurePulumi } from "../../tools/pulumi/ensure-pulumi.ts";
import { pulumiEnvironment } from "../../tools/pulumi/environment.ts";
import type { RegisterCommand } from "../commands/command.ts";
import { PROJECT_FOLDER } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { connect } from "./connect.ts";
import { type FolderOption, withFolderOption } from "./sandbox-options.ts";
import { likelyShell, SHELLS, type Shell, shellScript } from "./shell.ts";
import { stackVariables } from "./stack-environment.ts";

/** `keyturn sandbox env` */
export const registerEnv: RegisterCommand = (sandbox, { terminal }) => {
  withFolderOption(sandbox.command("env"))
    .summary("print what a shell needs to work in the sandbox")
    .description(
      'Prints what a shell needs for plain `pulumi` and other programs to meet the sandbox: eval "$(npx keyturn sandbox env)". The client secret in it is worth nothing outside the sandbox.',
    )
    .option("-s, --stack <name>", "the stack that the shell is to work on", "dev")
    .option("--shell <shell>", `${SHELLS.join(", ")} (default: by SHELL)`)
    .option("-j, --json", "print one JSON document")
    .action(async (options: FolderOption & { stack: string; shell?: string; json?: boolean }) => {
      const shell = parseShell(options.shell);
      const pulumi = await ensurePulumi();
      const { client } = await connect(options, terminal);
      const { NODE_OPTIONS: nodeOption = "", ...ofSandbox } = await stackVariables(client, options.stack);
      const { NODE_COMPILE_CACHE, PULUMI_SKIP_UPDATE_CHECK } = pulumiEnvironment(pulumi);
      const variables: Record<string, string> = {
        ...ofSandbox,
        ...(NODE_COMPILE_CACHE !== undefined && { NODE_COMPILE_CACHE }),
        ...(PULUMI_SKIP_UPDATE_CHECK !== undefined && { PULUMI_SKIP_UPDATE_CHECK }),
      };
      const pathFolders = [
        pulumi.folder,
        dirname(process.execPath),
        join(PROJECT_FOLDER, "node_modules", ".bin"),
      ];
      terminal.verbatim(
        options.json
          ? JSON.stringify({ schemaVersion: 1, variables, pathFolders, nodeOption }, null, 2)
          : shellScript(shell, { variables, pathFolders, nodeOption }),
      );
    });
};

function parseShell(text: string | undefined): Shell {
  if (text === undefined) return likelyShell(process.env, process.platform);
  const shell = SHELLS.find((each) => each === text);
  if (shell === undefined) {
    throw new CommandError(`--shell ${text}: ${SHELLS.join(", ")} are allowed`, exitCodes.configuration);
  }
  return shell;
}
