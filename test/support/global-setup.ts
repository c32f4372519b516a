import { CommandError } from "../../cli/exit-codes.ts";
import { ensurePulumi } from "../../tools/pulumi/ensure-pulumi.ts";
import { pulumiEnvironment } from "../../tools/pulumi/environment.ts";

/**
 * Runs once before all test files: makes sure of the Pulumi CLI, so that its first build is not taken for a
 * test that hangs, and lets the test processes share Node's compile cache.
 */
export async function globalSetup(): Promise<void> {
  try {
    const pulumi = await ensurePulumi();
    process.env.NODE_COMPILE_CACHE = pulumiEnvironment(pulumi).NODE_COMPILE_CACHE;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitCode);
  }
}
