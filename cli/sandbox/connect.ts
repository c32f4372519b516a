import { ControlError, UnreachableError } from "../../sandbox/host/control-client.ts";
import type { EnsuredSandbox } from "../../sandbox/host/ensure-sandbox.ts";
import { ensureSandbox, SandboxStartError } from "../../sandbox/host/ensure-sandbox.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import {
  type FolderOption,
  type NewSandboxOptions,
  parseMoment,
  parsePort,
  sandboxFolder,
} from "./sandbox-options.ts";

/** What a command says about the sandbox that it wants. */
export function sandboxArgs(options: FolderOption & NewSandboxOptions, realNowMs: number) {
  const { port, now } = options;
  return {
    folder: sandboxFolder(options),
    nowMs: now === undefined ? realNowMs : parseMoment("--now", now),
    ...(port !== undefined && { httpsPort: parsePort(port) }),
  };
}

/**
 * The sandbox that a command works with, started if it does not run; says so if it was.
 * @throws CommandError
 */
export async function connect(
  options: FolderOption & NewSandboxOptions,
  terminal: Terminal,
  open: (args: ReturnType<typeof sandboxArgs>) => Promise<EnsuredSandbox> = ensureSandbox,
): Promise<EnsuredSandbox & { startedInMs: number }> {
  const args = sandboxArgs(options, Date.now());
  const beganMs = performance.now();
  const sandbox = await refusing(() => open(args));
  const startedInMs = Math.round(performance.now() - beganMs);
  const { origin } = sandbox;
  if (origin?.kind === "replaced") {
    terminal.err(`The sandbox's state could not be read (${origin.reason}).`);
    terminal.err(`It was kept as ${origin.keptAs}; the sandbox begins anew.`);
  }
  if (sandbox.started) {
    terminal.err(
      `Sandbox ${origin?.kind === "resumed" ? "resumed" : "started"} in ${(startedInMs / 1000).toFixed(1)} s.`,
    );
  }
  return { ...sandbox, startedInMs };
}

/** Runs `action`; what the user can put right becomes a message without a stack trace. */
export async function refusing<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ControlError && error.kind === "refused") {
      throw new CommandError(error.message, exitCodes.configuration, { cause: error });
    }
    if (
      error instanceof SandboxStartError ||
      error instanceof UnreachableError ||
      error instanceof ControlError
    ) {
      throw new CommandError(error.message, exitCodes.error, { cause: error });
    }
    throw error;
  }
}
