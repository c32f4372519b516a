import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { CredentialOutput } from "../../infra/credential-output.ts";
import { type CreateSandboxArgs, createSandbox } from "../../sandbox/host/create-sandbox.ts";
import { fillIn, placeholdersIn } from "../../sandbox/host/placeholders.ts";
import type { Sandbox } from "../../sandbox/host/sandbox.ts";
import type { ProcessResult } from "../../tools/run-process.ts";
import { type TestStack, testStack } from "./engine.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

export interface KeyturnStackOptions extends CreateSandboxArgs {
  stackName?: string;
  /** Settings over those of the stack's file, by name without `keyturn:`; objects as they are. */
  settings?: Record<string, unknown>;
}

/** The real program on the real engine, against a sandbox of its own. */
export interface KeyturnStack extends TestStack {
  sandbox: Sandbox;
  up(env?: Record<string, string>): Promise<ProcessResult>;
  /** Like `up`; fails the test if the update does. */
  mustUp(env?: Record<string, string>): Promise<ProcessResult>;
  preview(args?: readonly string[], env?: Record<string, string>): Promise<ProcessResult>;
  credentials(): Promise<Record<string, CredentialOutput>>;
}

/** Verification without pauses: the sandbox knows a new secret at once unless it is told otherwise. */
const QUICK_VERIFICATION = { successes: 3, pause: "0 seconds", window: "10 seconds" };

/** Everything is gone after the test. */
export async function keyturnStack(
  t: Pick<TestContext, "after">,
  { stackName = "dev", settings = {}, ...sandboxArgs }: KeyturnStackOptions = {},
): Promise<KeyturnStack> {
  const sandbox = await createSandbox(sandboxArgs);
  t.after(() => sandbox.close());
  const own = { verification: QUICK_VERIFICATION, ...settings };
  const fromFile = await settingsInFile(stackName);
  const placeholders = placeholdersIn({ ...fromFile, ...own });
  const ids = await sandbox.store.update((draft) =>
    fillIn(draft.entra, placeholders, { nowMs: draft.clock.nowMs, randomness: sandbox.randomness }),
  );
  const { PULUMI_BACKEND_URL: _backend, PULUMI_CONFIG_PASSPHRASE: _passphrase, ...env } = sandbox.env;
  const config = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      `keyturn:${name}`,
      { value: typeof value === "string" ? value : JSON.stringify(value) },
    ]),
  );
  const made = await testStack(t, {
    program: PROJECT,
    stackName,
    config,
    env: { ...env, KEYTURN_FILL_IN: JSON.stringify(ids) },
  });
  const run = (args: readonly string[], over: Record<string, string> = {}) =>
    made.run(args, { env: { ...made.env, ...over } });
  const up = (over?: Record<string, string>) => run(["up", "--yes", "--skip-preview"], over);
  return {
    ...made,
    sandbox,
    up,
    mustUp: async (over) => succeeded(await up(over)),
    preview: (args = [], over = {}) => run(["preview", "--diff", ...args], over),
    credentials: async () => {
      const { stdout } = succeeded(await run(["stack", "output", "--json"]));
      return (JSON.parse(stdout) as { credentials: Record<string, CredentialOutput> }).credentials;
    },
  };
}

/** @throws with everything that was said, if the process failed. */
export function succeeded(result: ProcessResult): ProcessResult {
  if (result.exitCode !== 0)
    throw new Error(`exit code ${result.exitCode}\n${result.stdout}\n${result.stderr}`);
  return result;
}

async function settingsInFile(stackName: string): Promise<Record<string, unknown>> {
  const { config } = parse(await readFile(join(PROJECT, `Pulumi.${stackName}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^keyturn:/, ""), value]),
  );
}
