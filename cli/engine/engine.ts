import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseDuration } from "../../infra/duration.ts";
import { executableName } from "../../tools/find-on-path.ts";
import { ensurePulumi } from "../../tools/pulumi/ensure-pulumi.ts";
import { pulumiEnvironment } from "../../tools/pulumi/environment.ts";
import { type ProcessResult, runProcess } from "../../tools/run-process.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { stoppable } from "./stoppable.ts";

/** The checkout: where `Pulumi.yaml` and the stacks' settings are. */
export const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** An update of a stack with hundreds of credentials takes minutes; one that takes hours hangs. */
export const DEFAULT_TIMEOUT = "2 hours";
/** How long before its time is over the engine is asked to stop, so that it can still write down what it has made. */
const LONGEST_GRACE_MS = 30_000;

export interface RunOptions {
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

/** The Pulumi engine on one stack. One process for each operation. */
export interface Engine {
  /** As it was asked for: `dev`, or with what it belongs to, `organization/keyturn/dev`. */
  readonly stack: string;
  /** The stack's own name, as the program sees it and as its file is named: `dev`. */
  readonly stackName: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs `pulumi` with these arguments on the stack, never asking. It may fail: look at the exit code. */
  run(args: readonly string[], options?: RunOptions): Promise<ProcessResult>;
  /** Like `run`; @throws CommandError with what Pulumi said, if it fails. */
  expect(args: readonly string[], options?: RunOptions): Promise<ProcessResult>;
}

export interface OpenEngineArgs {
  stack: string;
  env?: NodeJS.ProcessEnv;
  /** The folder of `Pulumi.yaml`. Default: this checkout. */
  projectFolder?: string;
  /** How long all runs together may take, in milliseconds. Default: 2 hours. */
  timeoutMs?: number;
}

/** Finds the Pulumi CLI and makes it ready for one stack. */
export async function openEngine(args: OpenEngineArgs): Promise<Engine> {
  const { stack, env: base = process.env, projectFolder = PROJECT_FOLDER } = args;
  const { timeoutMs: allTimeMs = parseDuration(DEFAULT_TIMEOUT) ?? 0 } = args;
  const endsAtMs = performance.now() + allTimeMs;
  const pulumi = await ensurePulumi({ env: base });
  const env = pulumiEnvironment(pulumi, base);
  const executable = join(pulumi.folder, executableName("pulumi"));
  const run: Engine["run"] = (args, { onLine } = {}) => {
    // Nobody waits for ever for an operation that is never answered: Pulumi itself would.
    const timeoutMs = Math.max(0, endsAtMs - performance.now());
    return stoppable((askToStop, kill) =>
      runProcess(executable, [...args, "--stack", stack, "--non-interactive", "--color", "never"], {
        cwd: projectFolder,
        env,
        timeoutMs,
        graceMs: Math.min(LONGEST_GRACE_MS, timeoutMs / 4),
        ownGroup: true,
        askToStop,
        signal: kill,
        ...(onLine !== undefined && { onLine }),
      }),
    );
  };
  return {
    stack,
    stackName: stackNameOf(stack),
    env,
    run,
    expect: async (args, options) => {
      const result = await run(args, options);
      if (result.exitCode !== 0) throw pulumiError(args, result);
      return result;
    },
  };
}

/** `dev` of `organization/keyturn/dev`. */
export function stackNameOf(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** What Pulumi said, as an error for the user. */
export function pulumiError(args: readonly string[], result: ProcessResult): CommandError {
  const said = `${result.stderr}\n${result.stdout}`.trim();
  const command = `pulumi ${args[0] ?? ""}${args[0] === "stack" ? ` ${args[1] ?? ""}` : ""}`.trim();
  if (result.timedOut) return timeoutError(command);
  if (/no stack named|not found/i.test(said) && /stack/.test(said)) {
    return new CommandError(`there is no such stack: ${said}`, exitCodes.stackMissing);
  }
  const passphrase = /incorrect passphrase|passphrase must be set/i.test(said)
    ? '\nSet PULUMI_CONFIG_PASSPHRASE to the stack\'s passphrase; for the sandbox: eval "$(npx keyturn sandbox env)"'
    : "";
  const login = /PULUMI_ACCESS_TOKEN must be set/.test(said)
    ? '\nLog in to where the stack\'s state is (pulumi login); for the sandbox: eval "$(npx keyturn sandbox env)"'
    : "";
  return new CommandError(`${command} failed:\n${said}${passphrase}${login}`, exitCodes.error);
}

/** What was stopped is settled by the next update. */
export function timeoutError(what: string): CommandError {
  return new CommandError(
    `${what} did not end in time (--timeout) and was stopped: something it asked for was never answered. ` +
      "Run `keyturn up` again: it goes on from where this one stopped (docs/runbooks/interrupted-update.md).",
    exitCodes.timeout,
  );
}
