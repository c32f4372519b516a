import type { RegisterCommand } from "./command.ts";
import { registerStatus } from "./status.ts";
import { registerUp } from "./up.ts";

/** Every command, in the order of the help text. */
export const commands: RegisterCommand[] = [registerStatus, registerUp];
