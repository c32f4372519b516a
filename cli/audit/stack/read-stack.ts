import { projectFolderOf } from "../../commands/stack-option.ts";
import { openEngine } from "../../engine/engine.ts";
import { readOutputs } from "../../engine/outputs.ts";
import type { ManagedCredential } from "../model.ts";
import { managedCredential } from "./managed-credentials.ts";

/**
 * What a stack manages, from its last update's outputs. None of them is a secret.
 * @throws CommandError if the stack does not exist or cannot be read.
 */
export async function readStack(
  stack: string,
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd?: string | undefined },
): Promise<ManagedCredential[]> {
  const engine = await openEngine({
    stack,
    env,
    projectFolder: projectFolderOf(cwd === undefined ? {} : { cwd }),
  });
  const { credentials } = await readOutputs(engine);
  return Object.entries(credentials).map(([name, output]) => managedCredential(name, output, stack));
}
