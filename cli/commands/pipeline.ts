import { registerPipelineAudit } from "../pipeline/audit.ts";
import { registerPipelineDeploy } from "../pipeline/deploy.ts";
import { registerPipelinePreview } from "../pipeline/preview.ts";
import { registerPipelineRotate } from "../pipeline/rotate.ts";
import type { RegisterCommand } from "./command.ts";

/** Every subcommand, in the order of the help text. Each is given the `pipeline` command as its program. */
const subcommands: RegisterCommand[] = [
  registerPipelinePreview,
  registerPipelineDeploy,
  registerPipelineRotate,
  registerPipelineAudit,
];

/** `keyturn pipeline`: what the pipelines run, on GitHub and on Azure DevOps; each can be run by hand. */
export const registerPipeline: RegisterCommand = (program, context) => {
  const pipeline = program
    .command("pipeline")
    .description("What the pipelines run (docs/pipelines.md); each can be run by hand.");
  for (const register of subcommands) register(pipeline, context);
};
