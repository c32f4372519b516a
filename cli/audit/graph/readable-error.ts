import { CommandError, exitCodes } from "../../exit-codes.ts";
import { safeText } from "../safe-text.ts";
import { CloudError } from "./cloud.ts";
import { GraphError } from "./errors.ts";

/** What a command can add to the directory's own word. */
export interface Advice {
  /** What whoever was refused needs: a whole sentence. */
  remedy: string;
  /** How to go on after the directory could not be read: a whole sentence. */
  goOn?: string;
}

/** What the user can do something about, as an error without a stack trace; anything else as it is. */
export function readableError(error: unknown, { remedy, goOn }: Advice): unknown {
  if (error instanceof CloudError) return new CommandError(error.message, exitCodes.configuration);
  if (error instanceof GraphError) {
    if (error.isRefusal) {
      return new CommandError(
        `Microsoft Graph refused: ${error.message}. ${remedy}`,
        exitCodes.authentication,
      );
    }
    const code = error.code === "ETIMEDOUT" ? exitCodes.timeout : exitCodes.error;
    const next = goOn === undefined ? "" : ` ${goOn}`;
    return new CommandError(`the directory cannot be read: ${error.message}.${next}`, code);
  }
  if (error instanceof Error && AUTHENTICATION_ERRORS.has(error.name)) {
    const reason = error.message.split("\n").map(safeText).join("\n  ");
    return new CommandError(`no token for Microsoft Graph can be had: ${reason}`, exitCodes.authentication);
  }
  return error;
}

/** The errors of `@azure/identity`. By name, because it is loaded only when a credential is made. */
const AUTHENTICATION_ERRORS = new Set([
  "AuthenticationError",
  "AggregateAuthenticationError",
  "AuthenticationRequiredError",
  "CredentialUnavailableError",
]);
