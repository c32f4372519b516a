import { registerAudit } from "./audit.ts";
import type { RegisterCommand } from "./command.ts";
import { registerStatus } from "./status.ts";
import { registerUp } from "./up.ts";

/** Every command, in the order of the help text. */
export const commands: RegisterCommand[] = [registerAudit, registerStatus, registerUp];
