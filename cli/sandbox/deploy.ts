import type { RegisterCommand } from "../commands/command.ts";
import { openEngine } from "../engine/engine.ts";
import { updateStack } from "../engine/update.ts";
import { exitCodes } from "../exit-codes.ts";
import { directoryInstant } from "../status/directory-instant.ts";
import { statusDocument } from "../status/document.ts";
import { statusTable } from "../status/table.ts";
import { connect } from "./connect.ts";
import { meetSandbox } from "./meet-sandbox.ts";
import {
  type FolderOption,
  type NewSandboxOptions,
  withFolderOption,
  withNewSandboxOptions,
} from "./sandbox-options.ts";
import { stackEnvironment } from "./stack-environment.ts";

interface DeployOptions extends FolderOption, NewSandboxOptions {
  stack: string;
  json?: boolean;
  verbose?: boolean;
}

/** `keyturn sandbox deploy`, which is `npm run sandbox`: the main job on a laptop. */
export const registerDeploy: RegisterCommand = (sandbox, { terminal, setExitCode }) => {
  const command = sandbox
    .command("deploy")
    .summary("deploy a stack to the sandbox and show its credentials")
    .description(
      "Deploys a stack to the sandbox with the real Pulumi engine, and shows its credentials. Starts the sandbox if it does not run; run again, it changes only what is due.\n\nExit codes: 0 all is well, 1 the deployment failed, 4 a credential needs a person.",
    )
    .option("-s, --stack <name>", "the stack", "dev")
    .option("-j, --json", "print one JSON document")
    .option("-v, --verbose", "pass on what the engine says");
  withNewSandboxOptions(withFolderOption(command)).action(async (options: DeployOptions) => {
    const { client } = await connect(options, terminal);
    const env = await stackEnvironment(client, options.stack);
    await meetSandbox(env);
    const engine = await openEngine({ stack: options.stack, env });
    const known = await engine.run(["stack", "select"]);
    if (known.exitCode !== 0) await engine.expect(["stack", "init"]);
    terminal.err(`Deploying stack ${options.stack} to the sandbox …`);
    const beganMs = performance.now();
    const result = await updateStack({
      engine,
      terminal,
      policy: undefined,
      ...(options.verbose === true && { onLine: (line: string) => terminal.err(line) }),
    });
    const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
    const document = statusDocument(options.stack, await directoryInstant(env), result.credentials);
    terminal.out(
      options.json === true ? JSON.stringify(document, null, 2) : statusTable(document, terminal.style),
    );
    terminal.err(
      result.changed
        ? `\nDeployed in ${seconds} s. What next: npx keyturn sandbox --help`
        : `\nNothing was due: nothing changes (${seconds} s).`,
    );
    if (result.problems.length > 0) setExitCode(exitCodes.resource);
  });
};
