import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { SandboxClient } from "../../sandbox/host/control-client.ts";
import { mergedEnvironment } from "../../sandbox/host/environment.ts";
import { placeholdersIn } from "../../sandbox/host/placeholders.ts";
import { PROJECT_FOLDER } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { refusing } from "./connect.ts";

/**
 * What a process needs to deploy a stack to the sandbox: where the sandbox is, and whom the placeholders in the
 * stack's file stand for. Makes these principals in the sandbox's directory.
 */
export async function stackVariables(client: SandboxClient, stack: string): Promise<Record<string, string>> {
  const placeholders = placeholdersIn(await rawSettings(stack));
  const [variables, ids] = await refusing(() =>
    Promise.all([client.call("environment", {}), client.call("fillIn", { placeholders })]),
  );
  return { ...variables, KEYTURN_FILL_IN: JSON.stringify(ids), PULUMI_STACK: stack };
}

/** Those variables over `base`. */
export async function stackEnvironment(
  client: SandboxClient,
  stack: string,
  base: NodeJS.ProcessEnv = process.env,
): Promise<NodeJS.ProcessEnv> {
  return mergedEnvironment(base, await stackVariables(client, stack));
}

/** The `keyturn:` settings of a stack's file, unchecked and without the prefix. */
async function rawSettings(stack: string): Promise<Record<string, unknown>> {
  const file = join(PROJECT_FOLDER, `Pulumi.${stack}.yaml`);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new CommandError(`there is no stack "${stack}": ${file} does not exist`, exitCodes.stackMissing);
  });
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^keyturn:/, ""), value]),
  );
}
