import { type Engine, pulumiError, stackNameOf } from "../../cli/engine/engine.ts";
import type { Terminal } from "../../cli/terminal.ts";
import type { ProcessResult } from "../../tools/run-process.ts";

/** What a Pulumi command answers: its output, or how it fails. */
export type Answer = string | { exitCode: number; stderr: string };

/** An engine whose commands are answered by the test, and what it was asked. */
export interface ScriptedEngine extends Engine {
  /** Each command line, without `--stack`. */
  readonly asked: string[];
}

export function scriptedEngine(
  answer: (command: string, args: readonly string[]) => Answer,
  { stack = "dev", env = {} }: { stack?: string; env?: NodeJS.ProcessEnv } = {},
): ScriptedEngine {
  const asked: string[] = [];
  const run = async (args: readonly string[]): Promise<ProcessResult> => {
    asked.push(args.join(" "));
    const answered = answer(args.join(" "), args);
    const common = { signal: null, timedOut: false };
    return typeof answered === "string"
      ? { ...common, exitCode: 0, stdout: answered, stderr: "" }
      : { ...common, exitCode: answered.exitCode, stdout: "", stderr: answered.stderr };
  };
  return {
    stack,
    stackName: stackNameOf(stack),
    env,
    asked,
    run,
    expect: async (args) => {
      const result = await run(args);
      if (result.exitCode !== 0) throw pulumiError(args, result);
      return result;
    },
  };
}

/** As Pulumi refuses to rename a stack to its own name, when nobody holds its lock. */
export const NO_LOCK: Answer = { exitCode: 1, stderr: "error: a stack named dev already exists" };

/** As Pulumi refuses anything that takes the lock, when a process of another machine holds it. */
export const LOCKED: Answer = {
  exitCode: 1,
  stderr:
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
    "  file:///backend/.pulumi/locks/organization/keyturn/dev/0f4e.json: created by mia@elsewhere (pid 4711) at 2026-11-24T05:35:03Z",
};

/** A terminal that keeps what it was told. */
export function quietTerminal(): Terminal & { said: string[] } {
  const said: string[] = [];
  return {
    said,
    out: (text) => void said.push(text),
    err: (text) => void said.push(text),
    verbatim: (text) => void said.push(text),
    interactive: false,
    style: (_format, text) => text,
  };
}
