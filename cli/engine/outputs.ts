import { z } from "zod";
import { type CredentialOutput, credentialOutputSchema } from "../../infra/credential-output.ts";
import { CommandError } from "../exit-codes.ts";
import type { Engine } from "./engine.ts";

const telemetrySchema = z.object({ telemetry: z.object({ connectionString: z.string() }) });

/** What the stack's last update said. */
export interface StackOutputs {
  /** Of each credential; empty before the first update. */
  credentials: Record<string, CredentialOutput>;
  /** Of the stack's own Application Insights component; undefined if it has none. */
  connectionString: string | undefined;
}

/** @throws CommandError if the stack cannot be read, or another program's outputs are found. */
export async function readOutputs(engine: Engine): Promise<StackOutputs> {
  const all = await outputsOf(engine);
  const outputs = z
    .object({ credentials: z.record(z.string(), credentialOutputSchema).optional() })
    .safeParse(all);
  if (!outputs.success) {
    throw new CommandError(
      `the outputs of stack ${engine.stack} are not Keyturn's: ${outputs.error.message}`,
    );
  }
  return { credentials: outputs.data.credentials ?? {}, connectionString: connectionStringIn(all) };
}

/** Where the stack's runs are reported to; undefined if it has no such place. */
export async function readConnectionString(engine: Engine): Promise<string | undefined> {
  return connectionStringIn(await outputsOf(engine));
}

async function outputsOf(engine: Engine): Promise<unknown> {
  const { stdout } = await engine.expect(["stack", "output", "--json"]);
  return JSON.parse(stdout);
}

function connectionStringIn(outputs: unknown): string | undefined {
  return telemetrySchema.safeParse(outputs).data?.telemetry.connectionString;
}
