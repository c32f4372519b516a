import { z } from "zod";
import { type CredentialOutput, credentialOutputSchema } from "../../infra/credential-output.ts";
import { CommandError } from "../exit-codes.ts";
import type { Engine } from "./engine.ts";

/** What the stack's last update said of each credential; empty before the first. */
export async function readCredentials(engine: Engine): Promise<Record<string, CredentialOutput>> {
  const { stdout } = await engine.expect(["stack", "output", "--json"]);
  const outputs = z
    .object({ credentials: z.record(z.string(), credentialOutputSchema).optional() })
    .safeParse(JSON.parse(stdout));
  if (!outputs.success) {
    throw new CommandError(
      `the outputs of stack ${engine.stack} are not Keyturn's: ${outputs.error.message}`,
    );
  }
  return outputs.data.credentials ?? {};
}
