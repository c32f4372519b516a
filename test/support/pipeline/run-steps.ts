import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runProcess } from "../../../tools/run-process.ts";
import { type Contexts, evaluated, interpolate, isMet, type Status } from "./expressions.ts";
import type { Step } from "./workflow.ts";

/** A stand-in for an action of the marketplace. Rejects to fail the step. */
export type ActionStandIn = (args: ActionArgs) => Promise<void>;

export interface ActionArgs {
  inputs: Readonly<Record<string, string>>;
  job: JobRun;
}

/** A job under way. */
export interface JobRun {
  /** `github`, `vars` … for expressions; `env` and `steps` are added. */
  contexts: Contexts;
  workspace: string;
  temporary: string;
  /** What every step finds in its environment. */
  env: Record<string, string>;
  /** By `OWNER/NAME` of the action. */
  actions: Readonly<Record<string, ActionStandIn>>;
  /** Every line that was said, unmasked. */
  log: string[];
  summary: string[];
  /** Told of each line that a step says. */
  onLine: ((line: string) => void) | undefined;
}

interface StepResult {
  outputs: Record<string, string>;
  outcome: Status | "skipped";
  conclusion: Status | "skipped";
}

/** Steps run one after the other, until one fails; then only those that ask for that. */
export async function runSteps(
  steps: readonly Step[],
  job: JobRun,
): Promise<{ status: Status; steps: Record<string, StepResult> }> {
  const done: Record<string, StepResult> = {};
  let status: Status = "success";
  for (const [index, step] of steps.entries()) {
    const contexts = { ...job.contexts, env: job.env, steps: done };
    const name = step.name ?? step.uses ?? step.run?.split("\n")[0] ?? "";
    let result: StepResult = { outputs: {}, outcome: "skipped", conclusion: "skipped" };
    if (isMet(step.if, contexts, status)) {
      job.log.push(`##[step] ${name}`);
      const { failed, outputs } = await runStep(step, job, contexts);
      const outcome = failed === undefined ? "success" : "failure";
      if (failed !== undefined) job.log.push(`##[failed] ${failed}`);
      result = { outputs, outcome, conclusion: step["continue-on-error"] ? "success" : outcome };
      if (result.conclusion === "failure") status = "failure";
    }
    done[step.id ?? `__${index}`] = result;
  }
  return { status, steps: done };
}

async function runStep(
  step: Step,
  job: JobRun,
  contexts: Contexts,
): Promise<{ failed: string | undefined; outputs: Record<string, string> }> {
  try {
    const env = texts(evaluated(step.env, contexts));
    if (step.run !== undefined)
      return await runScript(step, step.run, job, { ...contexts, env: { ...job.env, ...env } }, env);
    const inputs = texts(evaluated(step.with, contexts));
    await runAction(step.uses ?? "", inputs, job);
    return { failed: undefined, outputs: {} };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error), outputs: {} };
  }
}

/** A step's script in the shell that GitHub would take, with the files by which it hands something back. */
async function runScript(
  step: Step,
  script: string,
  job: JobRun,
  contexts: Contexts,
  over: Record<string, string>,
): Promise<{ failed: string | undefined; outputs: Record<string, string> }> {
  const folder = await mkdtemp(join(job.temporary, "step-"));
  const file = (name: string) => join(folder, name);
  const files = {
    GITHUB_OUTPUT: "output",
    GITHUB_ENV: "env",
    GITHUB_PATH: "path",
    GITHUB_STEP_SUMMARY: "summary",
  };
  await Promise.all(Object.values(files).map((name) => writeFile(file(name), "")));
  await writeFile(file("script.sh"), `${interpolate(script, contexts)}\n`);
  // https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
  const shells = { bash: ["bash", "--noprofile", "--norc", "-eo", "pipefail"], sh: ["sh", "-e"] };
  const [command = "bash", ...flags] = step.shell === undefined ? ["bash", "-e"] : shells[step.shell];
  const result = await runProcess(command, [...flags, file("script.sh")], {
    cwd: join(job.workspace, step["working-directory"] ?? ""),
    env: {
      ...job.env,
      ...Object.fromEntries(Object.entries(files).map(([key, name]) => [key, file(name)])),
      ...over,
    },
    timeoutMs: 280_000,
    onLine: (line) => {
      job.log.push(line);
      job.onLine?.(line);
    },
  });
  const [outputs, env, path, summary] = await Promise.all(
    Object.values(files).map((name) => readFile(file(name), "utf8")),
  );
  Object.assign(job.env, assignments(env ?? ""));
  for (const line of (path ?? "").split("\n")) if (line !== "") job.env.PATH = `${line}:${job.env.PATH}`;
  if (summary !== undefined && summary !== "") job.summary.push(summary);
  const failed = result.exitCode === 0 ? undefined : `exit code ${result.exitCode ?? result.signal}`;
  return { failed, outputs: assignments(outputs ?? "") };
}

async function runAction(uses: string, inputs: Record<string, string>, job: JobRun): Promise<void> {
  const [, name = "", version = ""] = /^([\w.-]+\/[\w./-]+)@(.+)$/.exec(uses) ?? [];
  if (!/^[0-9a-f]{40}$/.test(version)) throw new Error(`${uses}: the action is not pinned by its commit`);
  const action = job.actions[name];
  if (action === undefined) throw new Error(`${uses}: the runner of the tests does not know this action`);
  await action({ inputs, job });
}

/** `NAME=value`, or `NAME<<END` with lines up to END. */
function assignments(text: string): Record<string, string> {
  const result: Record<string, string> = {};
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const [, name, end] = /^([^=<]+)<<(.+)$/.exec(line) ?? [];
    if (name !== undefined && end !== undefined) {
      const stop = lines.indexOf(end, at + 1);
      if (stop < 0) throw new Error(`${name}: the line ${end} is missing`);
      result[name] = lines.slice(at + 1, stop).join("\n");
      at = stop;
    } else if (line.includes("=")) {
      result[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    } else if (line !== "") {
      throw new Error(`"${line}" assigns nothing`);
    }
  }
  return result;
}

function texts(values: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values as Record<string, unknown>).map(([name, value]) => [name, String(value ?? "")]),
  );
}

/** Makes the folders of a job. */
export async function jobFolders(folder: string): Promise<Pick<JobRun, "workspace" | "temporary">> {
  const folders = { workspace: join(folder, "workspace"), temporary: join(folder, "temporary") };
  await Promise.all(Object.values(folders).map((each) => mkdir(each, { recursive: true })));
  return folders;
}
