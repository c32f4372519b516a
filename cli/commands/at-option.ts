import { parseLooseInstant } from "../../infra/instant.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** The moment that `--at` names, in milliseconds. @throws CommandError if it is none. */
export function parseAt(text: string): number {
  const ms = parseLooseInstant(text);
  if (ms === undefined) {
    throw new CommandError(`--at must be a date such as 2027-01-15, not "${text}"`, exitCodes.configuration);
  }
  return ms;
}
