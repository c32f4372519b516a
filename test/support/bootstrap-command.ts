import { fileURLToPath } from "node:url";
import type { BootstrapDocument } from "../../cli/bootstrap/document.ts";
import { mergedEnvironment } from "../../sandbox/host/environment.ts";
import type { Sandbox } from "../../sandbox/host/sandbox.ts";
import { type ProcessResult, runProcess } from "../../tools/run-process.ts";

const KEYTURN = fileURLToPath(new URL("../../cli/keyturn.js", import.meta.url));
const TIMEOUT_MS = 200_000;

export const REPOSITORY = "sell/keyturn";

/** Runs `keyturn bootstrap` for a repository on GitHub as the sandbox's deployer: somebody who has signed in to Azure. */
export function bootstrap(
  sandbox: Sandbox,
  args: readonly string[] = [],
  options: { signal?: AbortSignal; env?: Record<string, string> } = {},
): Promise<ProcessResult> {
  const { env = {}, ...others } = options;
  const place = ["--subscription", sandbox.store.state.arm.subscriptionId, "--location", "westeurope"];
  const command = [KEYTURN, "bootstrap", "--repository", REPOSITORY, ...place, ...args];
  return runProcess(process.execPath, command, {
    env: { ...mergedEnvironment(process.env, { ...sandbox.env, ...env }), PULUMI_STACK: "" },
    timeoutMs: TIMEOUT_MS,
    ...others,
  });
}

/** Like `bootstrap --yes --json`; fails if the command does. */
export async function mustBootstrap(
  sandbox: Sandbox,
  args: readonly string[] = [],
): Promise<BootstrapDocument> {
  const { exitCode, stdout, stderr } = await bootstrap(sandbox, ["--yes", "--json", ...args]);
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}\n${stderr}`);
  return JSON.parse(stdout) as BootstrapDocument;
}
