import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { z } from "zod";

export const WORKFLOWS_FOLDER = fileURLToPath(new URL("../../.github/workflows", import.meta.url));

const permissions = z.record(z.string(), z.enum(["read", "write", "none"]));
const concurrency = z.strictObject({ group: z.string(), "cancel-in-progress": z.boolean() });
const step = z.strictObject({
  name: z.string().optional(),
  if: z.literal("failure()").optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});
const job = z.strictObject({
  name: z.string(),
  if: z.string().optional(),
  needs: z.string().optional(),
  strategy: z.unknown().optional(),
  "runs-on": z.string(),
  "timeout-minutes": z.number(),
  environment: z.string().optional(),
  concurrency: concurrency.optional(),
  permissions,
  steps: z.array(step).min(1),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: concurrency.optional(),
  jobs: z.record(z.string(), job),
});

export type WorkflowJob = z.infer<typeof job>;

export interface WorkflowFile {
  file: string;
  text: string;
  workflow: z.infer<typeof workflow>;
}

/** Every workflow of this repository. What a workflow may hold at all is said above: anything else is an error. */
export function workflowFiles(): WorkflowFile[] {
  return readdirSync(WORKFLOWS_FOLDER)
    .sort()
    .map((file) => {
      const text = readFileSync(`${WORKFLOWS_FOLDER}/${file}`, "utf8");
      return { file, text, workflow: workflow.parse(parse(text)) };
    });
}

/** Every job of every workflow, by `file/job`. */
export function jobsOf(files: readonly WorkflowFile[]): [name: string, job: WorkflowJob][] {
  return files.flatMap(({ file, workflow }) =>
    Object.entries(workflow.jobs).map(([id, each]): [string, WorkflowJob] => [`${file}/${id}`, each]),
  );
}
