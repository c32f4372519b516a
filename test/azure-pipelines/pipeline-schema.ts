import { z } from "zod";

/**
 * The part of Azure Pipelines' YAML that the pipelines here keep to
 * (https://learn.microsoft.com/azure/devops/pipelines/yaml-schema). What may stand where is said in full: a key in the
 * wrong place, which Azure DevOps would refuse only when the pipeline runs, is an error.
 */

/** A text, perhaps with expressions of templates in it. */
const text = z.string().min(1);
const minutes = z.number().int().min(1).max(360);

const checkout = z.strictObject({
  checkout: z.literal("self"),
  fetchDepth: z.number().int().min(1),
  persistCredentials: z.literal(false),
});
const useNode = z.strictObject({
  task: z.literal("UseNode@1"),
  // https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/use-node-v1
  inputs: z.strictObject({ version: z.string().regex(/^\d+\.x$/) }),
});
const azureCli = z.strictObject({
  task: z.literal("AzureCLI@2"),
  displayName: text,
  condition: text,
  // https://learn.microsoft.com/azure/devops/pipelines/tasks/reference/azure-cli-v2
  inputs: z.strictObject({
    azureSubscription: text,
    scriptType: z.enum(["bash", "pscore", "ps", "batch"]),
    scriptLocation: z.literal("inlineScript"),
    inlineScript: text,
  }),
  env: z.strictObject({ SYSTEM_ACCESSTOKEN: text, "${{ insert }}": text }),
});
const env = z.record(z.string().regex(/^[A-Z_]+$/), text).optional();
const script = z.strictObject({ script: text, displayName: text.optional(), env });
const template = z.strictObject({
  template: z.literal("templates/keyturn.yml"),
  parameters: z.strictObject({
    connection: text,
    command: text,
    env,
  }),
});
const steps = z.array(z.union([checkout, useNode, azureCli, script, template])).min(1);

const variables = z.array(z.strictObject({ group: text })).length(1);
const job = z.strictObject({
  job: z.string().regex(/^\w+$/),
  displayName: text,
  // https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/jobs-job-strategy
  strategy: z.strictObject({ parallel: z.number().int().min(2).max(99) }).optional(),
  timeoutInMinutes: minutes,
  variables: variables.optional(),
  steps,
});
const deployment = z.strictObject({
  deployment: z.string().regex(/^\w+$/),
  displayName: text,
  "${{ if eq(parameters.stack, 'both') }}": z.strictObject({ dependsOn: text }).optional(),
  timeoutInMinutes: minutes,
  environment: text,
  variables,
  strategy: z.strictObject({ runOnce: z.strictObject({ deploy: z.strictObject({ steps }) }) }),
});
/** Jobs under an `if` of the template language. */
const conditional = z
  .record(z.string().regex(/^\$\{\{ if (eq|ne)\(parameters\.\w+, '\w+'\) \}\}$/), z.array(deployment).min(1))
  .refine((each) => Object.keys(each).length === 1, "one condition each");

const parameter = z.strictObject({
  name: z.string().regex(/^\w+$/),
  displayName: text.optional(),
  type: z.enum(["string", "object", "boolean", "number"]),
  default: z.unknown().optional(),
  values: z.array(text).optional(),
});
const branches = z.strictObject({ branches: z.strictObject({ include: z.array(text).min(1) }) });

export const pipelineSchema = z.strictObject({
  trigger: z.union([z.literal("none"), branches]),
  pr: z.literal("none"),
  schedules: z
    .array(
      z.strictObject({
        cron: z.string().regex(/^\d+ \d+ \* \* [*0-6]$/),
        displayName: text,
        branches: z.strictObject({ include: z.tuple([z.literal("main")]) }),
        always: z.literal(true),
      }),
    )
    .optional(),
  lockBehavior: z.enum(["sequential", "runLatest"]).optional(),
  parameters: z.array(parameter).optional(),
  pool: z.strictObject({ vmImage: text }),
  jobs: z.array(z.union([job, deployment, conditional])).min(1),
});

export const templateSchema = z.strictObject({ parameters: z.array(parameter), steps });
