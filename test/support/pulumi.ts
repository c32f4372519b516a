import { join } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { executableName } from "../../tools/find-on-path.ts";
import { pulumiCommand } from "../../tools/pulumi/automation.ts";
import { ensurePulumi, type Pulumi } from "../../tools/pulumi/ensure-pulumi.ts";
import { pulumiEnvironment } from "../../tools/pulumi/environment.ts";
import { type ProcessResult, type RunProcessOptions, runProcess } from "../../tools/run-process.ts";

/** The CLI that the tests use, for a shell and for the Automation API; found once per test process. */
export function testPulumi(): Promise<{ pulumi: Pulumi; command: PulumiCommand }> {
  found ??= ensurePulumi().then(async (pulumi) => ({ pulumi, command: await pulumiCommand(pulumi) }));
  return found;
}

let found: Promise<{ pulumi: Pulumi; command: PulumiCommand }> | undefined;

/** How to run `pulumi`; an `AbortController`'s signal kills the engine and all below it, as SIGKILL does. */
export type RunPulumiOptions = Partial<RunProcessOptions>;

/** Longer than any single run of the engine in a test. */
const defaultTimeoutMs = 120_000;

/** Runs `pulumi` to its end and collects its output. It may fail: look at the exit code. */
export async function runPulumi(
  args: readonly string[],
  options: RunPulumiOptions = {},
): Promise<ProcessResult> {
  const { pulumi } = await testPulumi();
  return runProcess(join(pulumi.folder, executableName("pulumi")), args, {
    timeoutMs: defaultTimeoutMs,
    ...options,
    env: options.env ?? pulumiEnvironment(pulumi),
  });
}

/**
 * Environment variables for engine runs that see nothing of the developer's own set-up: no log-in, no cloud
 * credentials, no options for Node. Over `process.env`, which the Automation API always passes on: hence
 * empty values instead of missing ones.
 */
export async function isolatedEnvironment(over: Record<string, string>): Promise<Record<string, string>> {
  const { pulumi } = await testPulumi();
  const { PATH = "", NODE_COMPILE_CACHE = "" } = pulumiEnvironment(pulumi);
  const own = Object.keys(process.env).filter((name) =>
    /^(PULUMI_|ARM_|AZURE_|NODE_OPTIONS$|NODE_TEST)/.test(name),
  );
  return {
    ...Object.fromEntries(own.map((name) => [name, ""])),
    PATH,
    NODE_COMPILE_CACHE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The providers are attached: without this the engine first tries to download them.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...over,
  };
}
