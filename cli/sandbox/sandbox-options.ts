import { resolve } from "node:path";
import type { Command } from "commander";
import { DURATION_FORM, parseDuration } from "../../infra/duration.ts";
import { parseLooseInstant } from "../../infra/instant.ts";
import { PROJECT_FOLDER } from "../engine/engine.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** The flags by which each sandbox command knows which sandbox is meant. */
export interface FolderOption {
  folder?: string;
}

export function withFolderOption(command: Command): Command {
  return command.option(
    "--folder <path>",
    "where the sandbox lives (default: KEYTURN_SANDBOX_FOLDER, or .keyturn/sandbox in the checkout)",
  );
}

/** The flags of a new sandbox. */
export interface NewSandboxOptions {
  port?: string;
  now?: string;
}

export function withNewSandboxOptions(command: Command): Command {
  return command
    .option("--port <port>", "the HTTPS port of a new sandbox (default: a free one)")
    .option("--now <instant>", "the first moment of a new sandbox (default: now)");
}

/** The folder of the sandbox that is meant, absolute. */
export function sandboxFolder({ folder }: FolderOption, env: NodeJS.ProcessEnv = process.env): string {
  return resolve(folder || env.KEYTURN_SANDBOX_FOLDER || resolve(PROJECT_FOLDER, ".keyturn", "sandbox"));
}

/** @throws CommandError if `text` is no port. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) {
    throw new CommandError(
      `--port ${text}: a whole number from 1 to 65535 is allowed`,
      exitCodes.configuration,
    );
  }
  return port;
}

/** What a moment may look like, for error texts. */
export const INSTANT_FORM = "2025-02-14, 2025-02-14T11:30Z or 2025-02-14T11:30:00Z";

/** @throws CommandError if `text` is no moment. */
export function parseMoment(name: string, text: string): number {
  const ms = parseLooseInstant(text);
  if (ms === undefined)
    throw new CommandError(`${name} ${text}: allowed is ${INSTANT_FORM}`, exitCodes.configuration);
  return ms;
}

/** @throws CommandError if `text` is no duration. */
export function parseSpan(name: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) {
    throw new CommandError(`${name} ${text}: allowed is ${DURATION_FORM}`, exitCodes.configuration);
  }
  return ms;
}
