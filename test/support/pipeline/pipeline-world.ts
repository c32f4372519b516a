import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { builtInRoles } from "../../../infra/roles.ts";
import { putResource } from "../../../sandbox/arm/resources.ts";
import { createDeployer, type Deployer } from "../../../sandbox/entra/deployer.ts";
import { createFederatedCredential } from "../../../sandbox/entra/federated-credentials.ts";
import { createSandbox } from "../../../sandbox/host/create-sandbox.ts";
import { fillIn } from "../../../sandbox/host/placeholders.ts";
import type { Sandbox } from "../../../sandbox/host/sandbox.ts";
import { publicVaultUri } from "../../../sandbox/keyvault/vaults.ts";
import { findExecutable, pathFolders } from "../../../tools/find-on-path.ts";
import { succeeded } from "../keyturn-stack.ts";
import { isolatedEnvironment, runPulumi } from "../pulumi.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { standIns } from "./actions.ts";
import { pullBody } from "./github-routes.ts";
import { type GitHub, startGitHub, TOKEN_ISSUER } from "./github-server.ts";
import type { GitHubPull } from "./github-state.ts";
import { linkModules } from "./linked-modules.ts";
import { createRepository, forkOf, PROJECT, type Repository, yamlEdit } from "./repository.ts";
import {
  type Environment,
  isTriggered,
  type RunnerArgs,
  type RunResult,
  runWorkflow,
  type Trigger,
} from "./run-workflow.ts";
import { readWorkflow } from "./workflow.ts";

/** The stacks' passphrase: nothing that a run shows may hold it. */
export const PASSPHRASE = "a-passphrase-for-nobody-to-see";

const REPOSITORY = "sell/keyturn";
const STACKS = ["dev", "prod"];
/** Runs all tests, this one among them. */
const NOT_PLAYED = ["checks.yml"];

/** Files to change, each from its old text to its new one. */
export type Changes = Readonly<Record<string, (text: string) => string>>;

export interface PullArgs {
  branch: string;
  title: string;
  changes: Changes;
  /** Default: the developer's clone. */
  from?: Repository;
}

/** A repository with pipelines, GitHub and Azure around it: all emulated but Git, the engine and the program. */
export interface PipelineWorld {
  sandbox: Sandbox;
  github: GitHub;
  repository: Repository;
  /** Every run so far, oldest first. */
  runs: RunResult[];
  /** Which environments' jobs were approved; those that ask for it and are not `refused`. */
  approvals: string[];
  refused: Set<string>;
  /** Told of each line that a step says, while it runs. */
  listeners: Set<(line: string) => void>;
  /** Where the stacks' states and locks are. */
  backendFolder: string;
  /** Pushes a branch with one commit, opens a pull request and runs what that sets off. */
  openPull(args: PullArgs): Promise<{ pull: GitHubPull; runs: RunResult[] }>;
  /** Pushes another commit to a pull request's branch and runs what that sets off. */
  pushToPull(pull: GitHubPull, message: string, changes: Changes): Promise<RunResult[]>;
  /** Merges a pull request and runs what that sets off. */
  merge(pull: GitHubPull): Promise<RunResult[]>;
  /** Pushes a commit straight to main and runs what that sets off. */
  pushToMain(message: string, changes: Changes): Promise<RunResult[]>;
  schedule(file: string): Promise<RunResult>;
  dispatch(file: string, inputs: Readonly<Record<string, string>>): Promise<RunResult>;
  fork(): Promise<Repository>;
  /** Deploys both stacks once, as they are on main, by hand. */
  deployBoth(): Promise<void>;
  /** Runs `pulumi` on a stack, as somebody at a laptop does who goes by no pipeline. */
  pulumi(stack: string, args: readonly string[]): Promise<string>;
}

export interface PipelineWorldArgs {
  nowMs: number;
  /** Changes of the first commit, besides the ids that are filled in. */
  changes?: Changes;
}

/** Everything is gone after the test. */
export async function startPipelineWorld(
  t: Pick<TestContext, "after">,
  { nowMs, changes = {} }: PipelineWorldArgs,
): Promise<PipelineWorld> {
  const folder = temporaryFolder(t);
  const sandbox = await createSandbox({ nowMs, seed: "pipeline" });
  t.after(() => sandbox.close());
  const github = await startGitHub(REPOSITORY);
  t.after(() => github[Symbol.asyncDispose]());
  const machine = await machineOf(sandbox);
  const backend = `${pathToFileURL(join(folder, "backend")).href}?metadata=skip`;
  await mkdir(join(folder, "backend"));
  // Stands in for the Key Vault key by which the stacks' secrets are sealed.
  const seal = { PULUMI_CONFIG_PASSPHRASE: PASSPHRASE };
  const laptop = { ...machine, ...seal, PULUMI_BACKEND_URL: backend };
  const repository = await createRepository(folder, {});
  await initStacks(repository, laptop);
  const ids = await idsFor(sandbox);
  await repository.commit("Set the stacks up", {
    ...Object.fromEntries(STACKS.map((stack) => [`Pulumi.${stack}.yaml`, ids])),
  });
  await repository.commit("Choose the credentials", changes);
  await repository.git("push", "--quiet", "origin", "main");

  const npm = findExecutable("npm", pathFolders(process.env)) ?? "npm";
  const approvals: string[] = [];
  const refused = new Set<string>();
  const listeners = new Set<(line: string) => void>();
  const runner: RunnerArgs = {
    github,
    environments: await environmentsFor(sandbox, github, backend),
    actions: standIns({ repository: repository.url, pathOfNpm: npm }),
    machine,
    seal,
    folder,
    onLine: (line) => {
      for (const listener of listeners) listener(line);
    },
    approve: (environment) => {
      if (refused.has(environment)) return false;
      approvals.push(environment);
      return true;
    },
  };
  const runs: RunResult[] = [];
  const run = async (file: string, trigger: Trigger): Promise<RunResult> => {
    const workflow = await readWorkflow(join(repository.clone, ".github/workflows", file));
    const result = await runWorkflow(file, workflow, trigger, runner);
    runs.push(result);
    return result;
  };
  const setOff = async (trigger: Trigger): Promise<RunResult[]> => {
    const results: RunResult[] = [];
    for (const file of (await readdir(join(repository.clone, ".github/workflows"))).sort()) {
      if (NOT_PLAYED.includes(file)) continue;
      const workflow = await readWorkflow(join(repository.clone, ".github/workflows", file));
      if (isTriggered(workflow, trigger)) results.push(await run(file, trigger));
    }
    return results;
  };
  const head = async () => (await repository.git("rev-parse", "origin/main")).trim();

  const pullEvent = async (pull: GitHubPull, action: string) => {
    const place = { repository: REPOSITORY, origin: github.origin };
    return setOff({
      event: "pull_request",
      sha: await mergePreview(repository, pull),
      ref: `refs/pull/${pull.number}/merge`,
      headRef: pull.headRef,
      payload: { action, number: pull.number, pull_request: pullBody(pull, github.state, place) },
      isFromFork: pull.headRepository !== REPOSITORY,
    });
  };
  const pushed = async () => {
    const sha = await head();
    return setOff({
      event: "push",
      sha,
      ref: "refs/heads/main",
      payload: { after: sha, ref: "refs/heads/main" },
    });
  };

  return {
    sandbox,
    github,
    repository,
    runs,
    approvals,
    refused,
    listeners,
    backendFolder: join(folder, "backend"),
    openPull: async ({ branch, title, changes: edits, from = repository }) => {
      await from.git("fetch", "--quiet", "origin");
      await from.git("checkout", "--quiet", "-b", branch, "origin/main");
      const headSha = await from.commit(title, edits);
      await from.git("push", "--quiet", "origin", branch);
      const number = github.state.nextNumber++;
      const isOwn = from === repository;
      github.state.issues.push({
        ...{ number, isPull: true, title, body: "", state: "open", labels: [] },
        user: isOwn ? "dana" : "stranger",
      });
      const headRepository = isOwn ? REPOSITORY : "stranger/keyturn";
      const pull: GitHubPull = {
        number,
        headRef: branch,
        headSha,
        headRepository,
        baseRef: "main",
        mergedSha: null,
      };
      github.state.pulls.push(pull);
      await repository.git("fetch", "--quiet", from.url, `${branch}:refs/pulls/${number}`);
      return { pull, runs: await pullEvent(pull, "opened") };
    },
    pushToPull: async (pull, message, edits) => {
      await repository.git("checkout", "--quiet", pull.headRef);
      pull.headSha = await repository.commit(message, edits);
      await repository.git("push", "--quiet", "origin", pull.headRef);
      return pullEvent(pull, "synchronize");
    },
    merge: async (pull) => {
      await repository.git("checkout", "--quiet", "-B", "main", "origin/main");
      const message = `Merge pull request #${pull.number}`;
      await repository.git("merge", "--quiet", "--no-ff", "-m", message, pull.headSha);
      await repository.git("push", "--quiet", "origin", "main");
      pull.mergedSha = (await repository.git("rev-parse", "HEAD")).trim();
      const issue = github.state.issues.find(({ number }) => number === pull.number);
      if (issue !== undefined) issue.state = "closed";
      return pushed();
    },
    pushToMain: async (message, edits) => {
      await repository.git("checkout", "--quiet", "-B", "main", "origin/main");
      await repository.commit(message, edits);
      await repository.git("push", "--quiet", "origin", "main");
      return pushed();
    },
    schedule: async (file) => {
      const { on } = await readWorkflow(join(repository.clone, ".github/workflows", file));
      const [first] = on.schedule ?? [];
      if (first === undefined) throw new Error(`${file} has no schedule`);
      return run(file, {
        event: "schedule",
        sha: await head(),
        ref: "refs/heads/main",
        payload: { schedule: first.cron },
      });
    },
    dispatch: async (file, inputs) =>
      run(file, {
        event: "workflow_dispatch",
        sha: await head(),
        ref: "refs/heads/main",
        payload: { inputs },
        inputs,
      }),
    fork: () => forkOf(repository, folder),
    deployBoth: async () => {
      await linkModules(PROJECT, repository.clone);
      await Promise.all(
        STACKS.map((stack) => pulumi(repository, laptop, stack, ["up", "--yes", "--skip-preview"])),
      );
    },
    pulumi: (stack, args) => pulumi(repository, laptop, stack, args),
  };
}

/** The commit that GitHub makes of a branch and main: what a pull request's run checks out. */
async function mergePreview({ git }: Repository, { number, headSha }: GitHubPull): Promise<string> {
  await git("checkout", "--quiet", "--detach", "origin/main");
  await git("merge", "--quiet", "--no-ff", "-m", `Merge ${headSha} into main`, headSha);
  await git("push", "--quiet", "--force", "origin", `HEAD:refs/pull/${number}/merge`);
  return (await git("rev-parse", "HEAD")).trim();
}

/**
 * What a job's machine has that GitHub's do not: the way to the emulated Azure. The deployer's secret is not among
 * it: who a job is, it has to prove by its token.
 */
async function machineOf({ env }: Sandbox): Promise<Record<string, string>> {
  const { PATH = "", NODE_COMPILE_CACHE = "" } = await isolatedEnvironment({});
  const way = [
    ...[
      "ARM_METADATA_HOSTNAME",
      "AZURE_AUTHORITY_HOST",
      "NODE_EXTRA_CA_CERTS",
      "NODE_OPTIONS",
      "SSL_CERT_FILE",
    ],
    ...["PULUMI_DEBUG_PROVIDERS", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"],
  ];
  return {
    ...Object.fromEntries(way.map((name) => [name, env[name] ?? ""])),
    PATH,
    NODE_COMPILE_CACHE,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NODE_OPTIONS: `${env.NODE_OPTIONS} --import=${new URL("no-chance.ts", import.meta.url).href}`,
  };
}

/** Makes the stacks, once, as whoever sets the pipelines up does; each gets a salt of its own. */
async function initStacks(repository: Repository, machine: Record<string, string>): Promise<void> {
  for (const stack of STACKS) {
    await repository.commit(`Forget the sandbox's salt (${stack})`, {
      [`Pulumi.${stack}.yaml`]: yamlEdit([["encryptionsalt"], undefined]),
    });
    await pulumi(repository, machine, stack, ["stack", "init"]);
  }
}

async function pulumi(
  { clone }: Repository,
  machine: Record<string, string>,
  stack: string,
  args: readonly string[],
): Promise<string> {
  const env = { ...machine, HOME: clone, PULUMI_HOME: join(clone, "..", "pulumi-home") };
  const result = await runPulumi([...args, "--stack", stack, "--non-interactive"], { cwd: clone, env });
  return succeeded(result).stdout;
}

/** Puts the ids of people and services of this tenant into a stack's file. */
async function idsFor({ store, clock, randomness }: Sandbox): Promise<(text: string) => string> {
  const context = { nowMs: clock.nowMs(), randomness };
  const [team = "", mailman = ""] = await store.update(({ entra }) =>
    Object.values(
      fillIn(
        entra,
        [
          { path: "team", kind: "group", name: "Sell responders" },
          { path: "mailman", kind: "identity", name: "mailman" },
        ],
        context,
      ),
    ),
  );
  const placeholder = "00000000-0000-0000-0000-000000000000";
  return (text) =>
    text
      .replace(`tenantId: ${placeholder}`, `tenantId: ${store.state.entra.tenant.id}`)
      .replace(`groupId: ${placeholder}`, `groupId: ${team}`)
      .replaceAll(placeholder, mailman);
}

/** The environments of the repository, each with an identity that its jobs alone can take. */
async function environmentsFor(
  { store, clock, randomness, deployer }: Sandbox,
  { issuerKey, repository }: GitHub,
  backend: string,
): Promise<Record<string, Environment>> {
  const identities = await store.update((draft) => {
    const context = { nowMs: clock.nowMs(), randomness };
    draft.entra.signIn.testIssuers[TOKEN_ISSUER] = { keys: [issuerKey as Record<string, unknown>] };
    const roles = ["Directory.Read.All", "AuditLog.Read.All"];
    const reader = createDeployer(draft.entra, context, { displayName: "keyturn-preview", roles });
    const scope = `/subscriptions/${draft.arm.subscriptionId}`;
    putResource(
      draft,
      `${scope}/providers/Microsoft.Authorization/roleAssignments/${randomness.uuid()}`,
      {
        properties: {
          principalId: reader.principalId,
          principalType: "ServicePrincipal",
          roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${builtInRoles.reader}`,
        },
      },
      { ...context, caller: deployer, vaultUri: publicVaultUri },
    );
    const identityOf = (environment: string): Deployer => {
      const identity = /^(preview|audit)-/.test(environment) ? reader : deployer;
      createFederatedCredential(
        draft.entra,
        identity.applicationId,
        {
          name: environment,
          issuer: TOKEN_ISSUER,
          subject: `repo:${repository}:environment:${environment}`,
          audiences: ["api://AzureADTokenExchange"],
        },
        context,
      );
      return identity;
    };
    return STACKS.flatMap((stack) =>
      [`preview-${stack}`, `audit-${stack}`, stack, `rotate-${stack}`].map((environment) => ({
        environment,
        clientId: identityOf(environment).clientId,
      })),
    );
  });
  return Object.fromEntries(
    identities.map(({ environment, clientId }) => [
      environment,
      {
        vars: {
          AZURE_TENANT_ID: store.state.entra.tenant.id,
          AZURE_SUBSCRIPTION_ID: store.state.arm.subscriptionId,
          AZURE_CLIENT_ID: clientId,
          PULUMI_BACKEND_URL: backend,
          // Nobody has set these: GitHub puts nothing in their place.
          PULUMI_ORGANIZATION: "",
          PULUMI_TEAM: "",
          KEYTURN_MAIL_FROM: "",
        },
        ...(!environment.startsWith("preview-") && { branches: ["main"] }),
        ...(environment === "prod" && { reviewed: true }),
      },
    ]),
  );
}
