import { CommandError } from "../exit-codes.ts";
import { describeHolders, type LockHolder } from "./lock.ts";

/** Another update of the stack is under way, or seems to be. */
export class StackLockedError extends CommandError {
  readonly holders: readonly LockHolder[];

  constructor(stack: string, holders: readonly LockHolder[]) {
    super(
      `another update of stack ${stack} is under way: ${describeHolders(holders)}. ` +
        "Wait for it; if it is certain that it died, run `pulumi cancel` and try again (docs/runbooks/interrupted-update.md).",
    );
    this.holders = holders;
  }
}
