import { openEngine } from "../../engine/engine.ts";
import { readCredentials } from "../../engine/outputs.ts";
import type { ManagedCredential } from "../model.ts";
import { managedCredential } from "./managed-credentials.ts";

/**
 * What a stack manages, from its last update's outputs. None of them is a secret.
 * @throws CommandError if the stack does not exist or cannot be read.
 */
export async function readStack(stack: string, env: NodeJS.ProcessEnv): Promise<ManagedCredential[]> {
  const outputs = await readCredentials(await openEngine({ stack, env }));
  return Object.entries(outputs).map(([name, output]) => managedCredential(name, output, stack));
}
