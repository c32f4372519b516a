import { registerAdopt } from "./adopt.ts";
import { registerAudit } from "./audit.ts";
import { registerBootstrap } from "./bootstrap.ts";
import { registerCheck } from "./check.ts";
import type { RegisterCommand } from "./command.ts";
import { registerHold } from "./hold.ts";
import { registerPipeline } from "./pipeline.ts";
import { registerPreview } from "./preview.ts";
import { registerRetire, registerRevoke, registerRollback, registerRotate } from "./request.ts";
import { registerSandbox } from "./sandbox.ts";
import { registerStatus } from "./status.ts";
import { registerUp } from "./up.ts";

/** Every command, in the order of the help text. */
export const commands: RegisterCommand[] = [
  registerStatus,
  registerPreview,
  registerUp,
  registerRotate,
  registerRevoke,
  registerRollback,
  registerRetire,
  registerHold,
  registerAdopt,
  registerAudit,
  registerCheck,
  registerBootstrap,
  registerPipeline,
  registerSandbox,
];
