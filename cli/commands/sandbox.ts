import { registerAdvance } from "../sandbox/advance.ts";
import { registerDeploy } from "../sandbox/deploy.ts";
import { registerEnv } from "../sandbox/env.ts";
import { registerFault } from "../sandbox/fault.ts";
import { registerLog } from "../sandbox/log.ts";
import { registerMail } from "../sandbox/mail.ts";
import { registerOutbox } from "../sandbox/outbox.ts";
import { registerReset, registerStart } from "../sandbox/start.ts";
import { registerSandboxStatus } from "../sandbox/status.ts";
import { registerStop } from "../sandbox/stop.ts";
import type { RegisterCommand } from "./command.ts";

/** Every subcommand, in the order of the help text. Each is given the `sandbox` command as its program. */
const subcommands: RegisterCommand[] = [
  registerDeploy,
  registerStart,
  registerStop,
  registerSandboxStatus,
  registerReset,
  registerEnv,
  registerAdvance,
  registerOutbox,
  registerMail,
  registerFault,
  registerLog,
];

/** `keyturn sandbox`: an emulated Azure on this machine. */
export const registerSandbox: RegisterCommand = (program, context) => {
  const sandbox = program
    .command("sandbox")
    .description("An emulated Azure on this machine: nothing in it reaches a cloud.");
  for (const register of subcommands) register(sandbox, context);
};
