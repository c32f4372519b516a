import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Contexts, evaluated, interpolate, isMet, type Status } from "./expressions.ts";
import type { GitHub } from "./github-server.ts";
import { type ActionStandIn, type JobRun, jobFolders, runSteps } from "./run-steps.ts";
import type { Job, Permissions, Workflow } from "./workflow.ts";

/** An environment as the repository's settings have it. */
export interface Environment {
  vars: Readonly<Record<string, string>>;
  /** The branches that may deploy to it; undefined for all. */
  branches?: readonly string[];
  /** Whether somebody has to approve each job that uses it. */
  reviewed?: boolean;
}

/** What sets a run off. */
export interface Trigger {
  event: "pull_request" | "push" | "schedule" | "workflow_dispatch";
  sha: string;
  ref: string;
  /** The event's own document, as `github.event`. */
  payload: Readonly<Record<string, unknown>>;
  isFromFork?: boolean;
  inputs?: Readonly<Record<string, string>>;
  headRef?: string;
}

/** The machine and the repository that jobs run on. */
export interface RunnerArgs {
  github: GitHub;
  environments: Readonly<Record<string, Environment>>;
  actions: Readonly<Record<string, ActionStandIn>>;
  /** What every step finds in its environment: the machine. */
  machine: Readonly<Record<string, string>>;
  /** What the steps of runs that are not from a fork find there as well. */
  seal: Readonly<Record<string, string>>;
  /** A folder for the jobs. */
  folder: string;
  /** Approves a job for an environment that asks for it; refuses by `false`. */
  approve(environment: string): boolean;
  /** Told of each line that a step says. */
  onLine?: (line: string) => void;
}

export interface JobResult {
  id: string;
  name: string;
  /** `waiting` for an approval that was not given. */
  conclusion: Status | "skipped" | "waiting";
  log: string;
  summary: string;
  environment: string | undefined;
  concurrency: string | undefined;
}

export interface RunResult {
  workflow: string;
  jobs: JobResult[];
  /** Everything that the run showed people. */
  log: string;
  conclusion: "success" | "failure" | "waiting";
}

/** Whether an event sets a workflow off. */
export function isTriggered({ on }: Workflow, { event, payload, ref }: Trigger): boolean {
  if (!(event in on)) return false;
  const filter = event === "pull_request" || event === "push" ? on[event] : undefined;
  const base = (payload.pull_request as { base?: { ref?: string } } | undefined)?.base?.ref;
  const branch = event === "pull_request" ? base : ref.replace("refs/heads/", "");
  if (filter?.paths !== undefined || filter?.["paths-ignore"] !== undefined)
    throw new Error("filters by path are not known to the runner of the tests");
  return filter?.branches === undefined || filter.branches.includes(branch ?? "");
}

/** Runs a workflow's jobs one after the other, each after those that it needs. */
export async function runWorkflow(
  file: string,
  workflow: Workflow,
  trigger: Trigger,
  runner: RunnerArgs,
): Promise<RunResult> {
  const runId = runner.github.state.nextId++;
  const github = githubContext(workflow, trigger, runner, runId);
  const inputs = inputsOf(workflow, trigger);
  const results: JobResult[] = [];
  const finished: Record<string, { result: string; outputs: Record<string, string> }> = {};
  const waiting = new Map(Object.entries(workflow.jobs));
  while (waiting.size > 0) {
    const next = [...waiting].find(([, { needs }]) => needs.every((need) => need in finished));
    if (next === undefined) throw new Error(`${file}: ${[...waiting.keys()].join(", ")} wait for each other`);
    const [id, job] = next;
    waiting.delete(id);
    const needs = Object.fromEntries(job.needs.map((need) => [need, finished[need]]));
    // Combinations run beside each other, as on GitHub.
    const done = await Promise.all(
      combinationsOf(job, { github, inputs, needs }).map((matrix) => {
        const contexts: Contexts = { github, inputs, needs, matrix, vars: {} };
        return runJob({ id, job, workflow, contexts, trigger, runner });
      }),
    );
    const ofJob = done.map(({ result }) => result);
    const outputs = Object.assign({}, ...done.map((each) => each.outputs)) as Record<string, string>;
    results.push(...ofJob);
    finished[id] = { result: worst(ofJob), outputs };
  }
  const conclusion = worst(results);
  return {
    workflow: workflow.name,
    jobs: results,
    log: results.map(({ name, log }) => `${name}\n${log}`).join("\n"),
    conclusion: conclusion === "skipped" ? "success" : conclusion,
  };
}

function worst(results: readonly JobResult[]): Exclude<JobResult["conclusion"], "cancelled"> {
  const has = (wanted: JobResult["conclusion"]) => results.some(({ conclusion }) => conclusion === wanted);
  if (has("failure")) return "failure";
  if (has("waiting")) return "waiting";
  return has("success") ? "success" : "skipped";
}

interface JobArgs {
  id: string;
  job: Job;
  workflow: Workflow;
  contexts: Contexts;
  trigger: Trigger;
  runner: RunnerArgs;
}

async function runJob(args: JobArgs): Promise<{ result: JobResult; outputs: Record<string, string> }> {
  const { id, job, workflow, contexts, trigger, runner } = args;
  const needs = Object.values(contexts.needs as Record<string, { result: string }>);
  // A job after one that was skipped, or was never approved, is skipped too.
  const status: Status = needs.some(({ result }) => result === "failure")
    ? "failure"
    : needs.every(({ result }) => result === "success")
      ? "success"
      : "cancelled";
  const combination = Object.values(contexts.matrix as Record<string, unknown>).join(", ");
  const result: JobResult = {
    id: combination === "" ? id : `${id} (${combination})`,
    name: interpolate(job.name ?? id, contexts),
    conclusion: "skipped",
    log: "",
    summary: "",
    environment: undefined,
    concurrency: undefined,
  };
  if (!isMet(job.if, contexts, status)) return { result, outputs: {} };
  const { concurrency } = job;
  const group = (concurrency ?? workflow.concurrency)?.group;
  if (group !== undefined) result.concurrency = interpolate(group, contexts);
  const named = job.environment === undefined ? undefined : interpolate(job.environment.name, contexts);
  if (named !== undefined) {
    result.environment = named;
    const environment = runner.environments[named];
    if (environment === undefined) throw new Error(`${id}: there is no environment ${named}`);
    const branch = trigger.ref.replace("refs/heads/", "");
    if (environment.branches?.includes(branch) === false) {
      return {
        result: { ...result, conclusion: "failure", log: `${branch} may not deploy to ${named}` },
        outputs: {},
      };
    }
    if (environment.reviewed === true && !runner.approve(named)) {
      return { result: { ...result, conclusion: "waiting" }, outputs: {} };
    }
  }
  const { run, revoke } = await startJob(args, named);
  try {
    const { status: ended, steps } = await runSteps(job.steps, run);
    result.conclusion = ended;
    const outputs = Object.fromEntries(
      Object.entries(job.outputs).map(([name, value]) => [
        name,
        interpolate(value, { ...run.contexts, steps }),
      ]),
    );
    return { result, outputs };
  } finally {
    revoke();
    result.log = run.log.join("\n");
    result.summary = run.summary.join("\n");
  }
}

/** The machine of one job, with its tokens. */
async function startJob(
  { id, job, workflow, contexts, trigger, runner }: JobArgs,
  environment: string | undefined,
): Promise<{ run: JobRun; revoke: () => void }> {
  const { github: server } = runner;
  const folders = await jobFolders(await mkdtemp(join(runner.folder, `${id}-`)));
  const permissions = permissionsOf(job, workflow, trigger.isFromFork === true);
  const { token, openId, revoke } = server.issueTokens({
    permissions,
    subject: `repo:${server.repository}:${environment === undefined ? subjectOf(trigger) : `environment:${environment}`}`,
    claims: { ref: trigger.ref, sha: trigger.sha, event_name: trigger.event, workflow: workflow.name },
  });
  // An environment's variables are not for forks.
  const all = (environment === undefined ? undefined : runner.environments[environment])?.vars ?? {};
  const vars =
    trigger.isFromFork === true ? Object.fromEntries(Object.keys(all).map((name) => [name, ""])) : all;
  const github = {
    ...(contexts.github as Record<string, unknown>),
    token,
    job: id,
    workspace: folders.workspace,
  };
  const secrets = { GITHUB_TOKEN: token };
  const eventFile = join(folders.temporary, "event.json");
  await writeFile(eventFile, JSON.stringify(trigger.payload));
  const own = { ...contexts, github, vars, secrets, runner: { os: "Linux", temp: folders.temporary } };
  const env = {
    ...runner.machine,
    ...(trigger.isFromFork !== true && runner.seal),
    ...runnerVariables(github, eventFile),
    ...openId,
    HOME: folders.temporary,
    RUNNER_TEMP: folders.temporary,
    TMPDIR: folders.temporary,
    ...texts(evaluated({ ...workflow.env, ...job.env }, own)),
  };
  const run: JobRun = {
    contexts: own,
    ...folders,
    env,
    actions: runner.actions,
    log: [],
    summary: [],
    onLine: runner.onLine,
  };
  return { run, revoke: () => revoke() };
}

function subjectOf({ event, ref }: Trigger): string {
  return event === "pull_request" ? "pull_request" : `ref:${ref}`;
}

/**
 * What the job's token may do. A run from a fork may write nothing, and gets no OpenID token
 * (https://docs.github.com/actions/concepts/security/github_token).
 */
function permissionsOf(job: Job, workflow: Workflow, isFromFork: boolean): Permissions {
  const asked = job.permissions ?? workflow.permissions ?? { contents: "read" };
  if (!isFromFork) return asked;
  const { "id-token": _none, ...rest } = asked;
  return Object.fromEntries(
    Object.entries(rest).map(([name, access]) => [name, access === "none" ? "none" : "read"]),
  );
}

function githubContext(
  { name }: Workflow,
  { event, sha, ref, payload, headRef = "" }: Trigger,
  { github: { origin, repository } }: RunnerArgs,
  runId: number,
): Record<string, unknown> {
  return {
    api_url: origin,
    server_url: origin,
    repository,
    repository_owner: repository.split("/")[0],
    event: payload,
    event_name: event,
    sha,
    ref,
    ref_name: ref.replace(/^refs\/(heads|pull)\//, ""),
    head_ref: headRef,
    base_ref: event === "pull_request" ? "main" : "",
    run_id: String(runId),
    run_attempt: "1",
    run_number: "1",
    workflow: name,
    actor: "dana",
  };
}

/** The variables of https://docs.github.com/actions/reference/workflows-and-actions/variables. */
function runnerVariables(github: Record<string, unknown>, eventFile: string): Record<string, string> {
  const told = Object.entries(github).filter(([name]) => name !== "event" && name !== "token");
  return {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_EVENT_PATH: eventFile,
    RUNNER_OS: "Linux",
    ...Object.fromEntries(told.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)])),
  };
}

/** @throws Error for an input that is missing, or that the workflow does not have. */
function inputsOf({ on }: Workflow, { event, inputs: given = {} }: Trigger): Record<string, string> {
  if (event !== "workflow_dispatch") return withoutValues(on.workflow_dispatch?.inputs ?? {});
  const known = on.workflow_dispatch?.inputs ?? {};
  const stranger = Object.keys(given).find((name) => !(name in known));
  if (stranger !== undefined) throw new Error(`there is no input ${stranger}`);
  return Object.fromEntries(
    Object.entries(known).map(([name, { required, default: otherwise, options }]) => {
      const value = given[name] ?? (otherwise === undefined ? "" : String(otherwise));
      if (required && value === "") throw new Error(`the input ${name} is missing`);
      if (options !== undefined && value !== "" && !options.includes(value))
        throw new Error(`${name}: ${value}?`);
      return [name, value];
    }),
  );
}

function withoutValues(inputs: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.keys(inputs).map((name) => [name, ""]));
}

function combinationsOf({ strategy }: Job, contexts: Contexts): Record<string, unknown>[] {
  if (strategy === undefined) return [{}];
  const { include = [], ...lists } = evaluated(strategy.matrix, contexts) as Record<string, unknown[]>;
  const combinations = Object.entries(lists).reduce<Record<string, unknown>[]>(
    (all, [name, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))),
    [{}],
  );
  const whole = Object.keys(lists).length === 0 ? [] : combinations;
  return [...whole, ...(include as Record<string, unknown>[])];
}

function texts(values: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values as Record<string, unknown>).map(([name, value]) => [name, String(value ?? "")]),
  );
}
