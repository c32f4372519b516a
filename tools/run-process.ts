import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { onExit } from "signal-exit";
import { killTree } from "./process-tree.ts";

/** How to run a process to its end. */
export interface RunProcessOptions {
  cwd?: string;
  /** The whole environment of the process. */
  env: NodeJS.ProcessEnv;
  /** After this long the process and all that it started are killed. */
  timeoutMs: number;
  /**
   * So long before that the process is asked to stop (SIGINT), so that it can do so in order. Default: 0, it is not
   * asked. Windows knows no such question.
   */
  graceMs?: number;
  /** Kills the process and all that it started. */
  signal?: AbortSignal;
  /** Asks the process to stop at once, as `graceMs` does later; that long after it is killed. */
  askToStop?: AbortSignal;
  /** Apart from the terminal, whose Ctrl-C would otherwise reach the process as well. Not on Windows. Default: false. */
  ownGroup?: boolean;
  /** Each line as it comes, without its line end. */
  onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

/** How a process ended, and what it wrote. */
export interface ProcessResult {
  /** `null` if a signal ended it. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/**
 * Runs a process without input and collects its output. A timeout, an abort or the end of this process also
 * ends whatever it started.
 *
 * @throws if the process cannot be started; any end of a started process is a result, not an error.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  options: RunProcessOptions,
): Promise<ProcessResult> {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env,
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    detached: options.ownGroup === true && process.platform !== "win32",
  });
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const stdout = collect(child.stdout, (line) => options.onLine?.(line, "stdout"));
  const stderr = collect(child.stderr, (line) => options.onLine?.(line, "stderr"));
  const kill = () => {
    if (child.pid !== undefined) killTree(child.pid);
  };
  const ask = () => {
    if (graceMs > 0 && process.platform !== "win32") child.kill("SIGINT");
  };
  let timedOut = false;
  const { timeoutMs, graceMs = 0, signal: killNow, askToStop } = options;
  const timers = [
    setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs),
    setTimeout(() => {
      timedOut = true;
      ask();
    }, timeoutMs - graceMs),
  ];
  const stop = () => {
    ask();
    timers.push(setTimeout(kill, graceMs));
  };
  const forgetExit = onExit(kill);
  killNow?.addEventListener("abort", kill, { once: true });
  askToStop?.addEventListener("abort", stop, { once: true });
  if (killNow?.aborted) kill();
  if (askToStop?.aborted) stop();
  try {
    const { exitCode, signal } = await ended;
    return { exitCode, signal, stdout: stdout(), stderr: stderr(), timedOut };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    forgetExit();
    killNow?.removeEventListener("abort", kill);
    askToStop?.removeEventListener("abort", stop);
  }
}

/** A failed process in a few words: how it ended and the last lines that it wrote. */
export function describeFailure(
  what: string,
  { exitCode, signal, timedOut, stdout, stderr }: ProcessResult,
): string {
  const ended = timedOut
    ? "took too long"
    : signal === null
      ? `ended with code ${exitCode}`
      : `was killed (${signal})`;
  const lines = `${stderr.trim() || stdout.trim()}`.split("\n").slice(-6).join("\n");
  const memory = /signal: killed/.test(stderr)
    ? "\n(killed by the system: most likely out of memory, 3 GB are needed)"
    : "";
  return `${what} ${ended}${lines === "" ? "" : `:\n${lines}`}${memory}`;
}

function collect(stream: NodeJS.ReadableStream, onLine: (line: string) => void): () => string {
  const lines: string[] = [];
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    lines.push(line);
    onLine(line);
  });
  return () => lines.join("\n");
}
