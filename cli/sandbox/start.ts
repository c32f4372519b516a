import { resetSandbox } from "../../sandbox/host/reset-sandbox.ts";
import type { CommandContext, RegisterCommand } from "../commands/command.ts";
import { connect } from "./connect.ts";
import {
  type FolderOption,
  type NewSandboxOptions,
  withFolderOption,
  withNewSandboxOptions,
} from "./sandbox-options.ts";
import { statusLines } from "./status.ts";

type Options = FolderOption & NewSandboxOptions & { json?: boolean };

/** `keyturn sandbox start` */
export const registerStart: RegisterCommand = (sandbox, context) => {
  withNewSandboxOptions(withFolderOption(sandbox.command("start")))
    .summary("start the sandbox, if it does not run")
    .description("Starts the sandbox in the background. Commands that need it do so by themselves.")
    .option("-j, --json", "print one JSON document")
    .action(async (options: Options) => show(await connect(options, context.terminal), options, context));
};

/** `keyturn sandbox reset` */
export const registerReset: RegisterCommand = (sandbox, context) => {
  withNewSandboxOptions(withFolderOption(sandbox.command("reset")))
    .summary("throw everything in the sandbox away and start an empty one")
    .description(
      "Throws away what the sandbox holds, its Pulumi stacks included, and starts an empty one: at the same port unless --port says another.",
    )
    .option("-j, --json", "print one JSON document")
    .action(async (options: Options) =>
      show(await connect(options, context.terminal, resetSandbox), options, context),
    );
};

function show(
  { status, started, startedInMs }: Awaited<ReturnType<typeof connect>>,
  { json }: Options,
  { terminal }: CommandContext,
): void {
  if (json) {
    terminal.out(
      JSON.stringify({ schemaVersion: 1, running: true, started, startedInMs, ...status }, null, 2),
    );
    return;
  }
  terminal.out(statusLines(status).join("\n"));
  terminal.err('A shell meets it after: eval "$(npx keyturn sandbox env)"');
}
