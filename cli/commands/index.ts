import type { RegisterCommand } from "./command.ts";

/** Every command, in the order of the help text. */
export const commands: RegisterCommand[] = [];
