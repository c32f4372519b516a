import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";

/**
 * As much of GitHub's workflow syntax as Keyturn's own workflows use
 * (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax). Anything else is refused:
 * a key that the runner would pass over is one that a test would not prove.
 */

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const environmentVariables = z.record(z.string(), scalar);
const access = z.enum(["read", "write", "none"]);

/** Rights of the job's token. `read-all` and `write-all` are refused: they are not the least that it takes. */
const permissions = z.strictObject({
  actions: access.optional(),
  checks: access.optional(),
  contents: access.optional(),
  "id-token": access.optional(),
  issues: access.optional(),
  "pull-requests": access.optional(),
  "security-events": access.optional(),
});

const concurrency = z.union([
  z.string().transform((group) => ({ group, "cancel-in-progress": false as string | boolean })),
  z.strictObject({
    group: z.string(),
    "cancel-in-progress": z.union([z.boolean(), z.string()]).default(false),
  }),
]);

const step = z
  .strictObject({
    id: z.string().optional(),
    name: z.string().optional(),
    if: z.union([z.string(), z.boolean()]).transform(String).optional(),
    run: z.string().optional(),
    uses: z.string().optional(),
    with: environmentVariables.default({}),
    env: environmentVariables.default({}),
    shell: z.enum(["bash", "sh"]).optional(),
    "working-directory": z.string().optional(),
    "continue-on-error": z.boolean().default(false),
    "timeout-minutes": z.number().optional(),
  })
  .refine(({ run, uses }) => (run === undefined) !== (uses === undefined), "needs either run or uses");

const strategy = z.strictObject({
  "fail-fast": z.boolean().default(true),
  "max-parallel": z.int().optional(),
  /** Lists, or one expression that gives them; `include` adds whole combinations. */
  matrix: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

const job = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  if: z.union([z.string(), z.boolean()]).transform(String).optional(),
  "runs-on": z.string().optional(),
  permissions: permissions.optional(),
  environment: z
    .union([z.string().transform((name) => ({ name })), z.strictObject({ name: z.string() })])
    .optional(),
  concurrency: concurrency.optional(),
  outputs: z.record(z.string(), z.string()).default({}),
  env: environmentVariables.default({}),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.enum(["bash", "sh"]) }) }).optional(),
  "timeout-minutes": z.number().optional(),
  strategy: strategy.optional(),
  steps: z.array(step).default([]),
});

const input = z.strictObject({
  description: z.string().optional(),
  required: z.boolean().default(false),
  type: z.enum(["string", "boolean", "choice", "number", "environment"]).default("string"),
  default: scalar.optional(),
  options: z.array(z.string()).optional(),
});
const inputs = z.strictObject({
  inputs: z.record(z.string(), input).default({}),
});

const filter = z
  .strictObject({
    branches: z.array(z.string()).optional(),
    paths: z.array(z.string()).optional(),
    "paths-ignore": z.array(z.string()).optional(),
    types: z.array(z.string()).optional(),
  })
  .nullable();

const workflow = z.strictObject({
  name: z.string(),
  "run-name": z.string().optional(),
  on: z.strictObject({
    pull_request: filter.optional(),
    push: filter.optional(),
    schedule: z.array(z.strictObject({ cron: z.string() })).optional(),
    workflow_dispatch: inputs.nullable().optional(),
  }),
  permissions: permissions.optional(),
  concurrency: concurrency.optional(),
  env: environmentVariables.default({}),
  defaults: z.strictObject({ run: z.strictObject({ shell: z.enum(["bash", "sh"]) }) }).optional(),
  jobs: z.record(z.string(), job),
});

export type Workflow = z.infer<typeof workflow>;
export type Job = z.infer<typeof job>;
export type Step = z.infer<typeof step>;
export type Permissions = z.infer<typeof permissions>;

/** @throws Error that names what this runner does not know. */
export async function readWorkflow(file: string): Promise<Workflow> {
  const result = workflow.safeParse(parse(await readFile(file, "utf8")));
  if (result.success) return result.data;
  throw new Error(`${file}: the runner of the tests does not know this:\n${z.prettifyError(result.error)}`);
}
