import type { SecretReadError } from "../errors.ts";

/**
 * What `keyturn-agent` ends with: Pulumi's numbers where they fit, a shell's for the program it runs. A program that
 * ends by itself passes its own code on, and 128 plus the number of the signal that ended it.
 */
export const exitCodes = {
  ok: 0,
  error: 1,
  /** Bad flags. */
  usage: 2,
  /** The vault, or the directory on the way to it, lets the agent's identity in no further. */
  authentication: 3,
  /** There is no usable secret. */
  secretMissing: 4,
  /** The source gave no answer in time. */
  timeout: 9,
  /** The program may not be executed. */
  notExecutable: 126,
  /** There is no such program. */
  notFound: 127,
} as const;

/** The exit code for a source that gave no secret. */
export function exitCodeFor(error: SecretReadError): number {
  switch (error.reason) {
    case "unauthorized":
    case "forbidden":
      return exitCodes.authentication;
    case "missing":
    case "disabled":
    case "malformed":
      return exitCodes.secretMissing;
    case "throttled":
    case "unavailable":
      return exitCodes.timeout;
  }
}
