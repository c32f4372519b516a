import { fileURLToPath } from "node:url";
import { type OnProgress, startStep } from "../progress.ts";
import { describeFailure, runProcess } from "../run-process.ts";
import { cliVersion } from "./pins.ts";

const installer = fileURLToPath(new URL("./official-installer.ts", import.meta.url));

/** Some 150 MB over a slow line. Without any line it fails within seconds. */
const downloadTimeoutMs = 10 * 60_000;

/**
 * Downloads the official CLI with all that belongs to it into `root`/bin, through the Automation API's
 * installer (https://www.pulumi.com/docs/iac/automation-api/).
 *
 * @throws an Error that says why it cannot be done, for `noPulumiMessage`.
 */
export async function downloadOfficial(
  root: string,
  env: NodeJS.ProcessEnv,
  onProgress: OnProgress,
): Promise<void> {
  const step = startStep(onProgress, `Downloading the Pulumi CLI ${cliVersion}`, "about a minute");
  try {
    const done = await runProcess(process.execPath, [installer, root, cliVersion], {
      env,
      timeoutMs: downloadTimeoutMs,
    });
    if (done.exitCode !== 0) throw new Error(describeFailure("the installer", done));
  } finally {
    step.end();
  }
}
