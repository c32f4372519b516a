import { readFile } from "node:fs/promises";
import { z } from "zod";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { AzureDevOpsForge } from "./azure-devops.ts";
import { ConsoleForge } from "./console-forge.ts";
import type { ForgeRun } from "./forge-run.ts";
import { GitHubForge } from "./github.ts";
import { type PullRequest, pullRequestOf } from "./github-event.ts";
import { RestClient } from "./rest-client.ts";

/** Whom GitHub's own token of a job writes as. */
const GITHUB_LOGIN = "github-actions[bot]";

/**
 * The run that this process is part of, by the variables that GitHub Actions and Azure Pipelines set; by hand there
 * are none. `KEYTURN_FORGE_LOGIN` names whom the token writes as, if it is not the job's own.
 * @throws CommandError naming the variables that are wanting.
 */
export async function forgeFromEnvironment(env: NodeJS.ProcessEnv, terminal: Terminal): Promise<ForgeRun> {
  if (env.GITHUB_ACTIONS === "true") return gitHubRun(env);
  if (env.TF_BUILD?.toLowerCase() === "true") return azureRun(env, terminal);
  return {
    forge: new ConsoleForge(terminal),
    isPipeline: false,
    pullRequest: undefined,
    commit: undefined,
    url: undefined,
    fileUrl: (path) => path,
  };
}

const address = z.url({ protocol: /^https?$/ });

/** @see https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables */
const gitHubVariables = z.object({
  GITHUB_API_URL: address.default("https://api.github.com"),
  GITHUB_SERVER_URL: address.default("https://github.com"),
  GITHUB_REPOSITORY: z.string().regex(/^[A-Za-z0-9][\w.-]*\/(?!\.{1,2}$)[\w.-]+$/),
  GITHUB_SHA: z.string().regex(/^[0-9a-f]{40,64}$/),
  GITHUB_RUN_ID: z.string().regex(/^\d+$/).optional(),
  GITHUB_EVENT_PATH: z.string().min(1),
  GITHUB_STEP_SUMMARY: z.string().min(1).optional(),
  GITHUB_TOKEN: z.string().optional(),
  KEYTURN_FORGE_LOGIN: z.string().min(1).default(GITHUB_LOGIN),
});

async function gitHubRun(env: NodeJS.ProcessEnv): Promise<ForgeRun> {
  const variables = variablesOf(gitHubVariables, env, "GitHub Actions");
  const { GITHUB_API_URL, GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_TOKEN } = variables;
  const pullRequest = await readPullRequest(variables.GITHUB_EVENT_PATH);
  const client = new RestClient({
    baseUrl: GITHUB_API_URL,
    service: "GitHub",
    headers: {
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      ...(GITHUB_TOKEN !== undefined && GITHUB_TOKEN !== "" && { authorization: `Bearer ${GITHUB_TOKEN}` }),
    },
    random: Math.random,
    nowMs: Date.now,
  });
  const repositoryUrl = `${GITHUB_SERVER_URL.replace(/\/+$/, "")}/${GITHUB_REPOSITORY}`;
  return {
    forge: new GitHubForge({
      client,
      repository: GITHUB_REPOSITORY,
      pullRequest: pullRequest?.number,
      login: variables.KEYTURN_FORGE_LOGIN,
      summaryFile: variables.GITHUB_STEP_SUMMARY,
    }),
    isPipeline: true,
    pullRequest,
    commit: variables.GITHUB_SHA,
    url: GITHUB_RUN_ID === undefined ? undefined : `${repositoryUrl}/actions/runs/${GITHUB_RUN_ID}`,
    // Of the default branch, whatever it is called.
    fileUrl: (path) => `${repositoryUrl}/blob/HEAD/${path}`,
  };
}

async function readPullRequest(eventPath: string): Promise<PullRequest | undefined> {
  try {
    return pullRequestOf(JSON.parse(await readFile(eventPath, "utf8")));
  } catch (error) {
    throw new CommandError(
      `the event in GITHUB_EVENT_PATH cannot be read: ${String(error)}`,
      exitCodes.configuration,
    );
  }
}

/** @see https://learn.microsoft.com/azure/devops/pipelines/build/variables */
const azureVariables = z.object({
  SYSTEM_COLLECTIONURI: address,
  SYSTEM_TEAMPROJECT: z.string().min(1),
  BUILD_REPOSITORY_ID: z.string().min(1),
  BUILD_REPOSITORY_URI: address,
  BUILD_SOURCEVERSION: z.string().regex(/^[0-9a-f]{40,64}$/),
  BUILD_BUILDID: z.string().regex(/^\d+$/),
  AGENT_TEMPDIRECTORY: z.string().min(1).optional(),
  SYSTEM_ACCESSTOKEN: z.string().optional(),
  SYSTEM_PULLREQUEST_PULLREQUESTID: z.coerce.number().int().positive().optional(),
  SYSTEM_PULLREQUEST_SOURCECOMMITID: z.string().optional(),
  SYSTEM_PULLREQUEST_ISFORK: z.string().optional(),
  KEYTURN_WORK_ITEM_TYPE: z.string().min(1).default("Issue"),
});

function azureRun(env: NodeJS.ProcessEnv, terminal: Terminal): ForgeRun {
  const variables = variablesOf(azureVariables, env, "Azure Pipelines");
  const { SYSTEM_COLLECTIONURI, SYSTEM_TEAMPROJECT, SYSTEM_ACCESSTOKEN } = variables;
  const number = variables.SYSTEM_PULLREQUEST_PULLREQUESTID;
  const pullRequest =
    number === undefined
      ? undefined
      : {
          number,
          head: variables.SYSTEM_PULLREQUEST_SOURCECOMMITID ?? "",
          fromFork: variables.SYSTEM_PULLREQUEST_ISFORK?.toLowerCase() === "true",
        };
  const client = new RestClient({
    baseUrl: SYSTEM_COLLECTIONURI,
    service: "Azure DevOps",
    headers: {
      // Without it a refusal is a redirection to a page to sign in on.
      "x-tfs-fedauthredirect": "Suppress",
      ...(SYSTEM_ACCESSTOKEN !== undefined &&
        SYSTEM_ACCESSTOKEN !== "" && { authorization: `Bearer ${SYSTEM_ACCESSTOKEN}` }),
    },
    random: Math.random,
    nowMs: Date.now,
  });
  const repositoryUrl = withoutUser(variables.BUILD_REPOSITORY_URI);
  const build = `_build/results?buildId=${variables.BUILD_BUILDID}`;
  return {
    forge: new AzureDevOpsForge({
      client,
      project: SYSTEM_TEAMPROJECT,
      repository: variables.BUILD_REPOSITORY_ID,
      repositoryUrl,
      pullRequest: number,
      workItemType: variables.KEYTURN_WORK_ITEM_TYPE,
      temporaryFolder: variables.AGENT_TEMPDIRECTORY,
      out: terminal.verbatim,
    }),
    isPipeline: true,
    pullRequest,
    commit: variables.BUILD_SOURCEVERSION,
    url: `${SYSTEM_COLLECTIONURI.replace(/\/*$/, "/")}${encodeURIComponent(SYSTEM_TEAMPROJECT)}/${build}`,
    fileUrl: (path) => `${repositoryUrl}?path=/${path}`,
  };
}

/** Azure DevOps writes the organization in front of the host, as if it were a user. */
function withoutUser(text: string): string {
  const url = new URL(text);
  url.username = "";
  url.password = "";
  return url.href.replace(/\/+$/, "");
}

function variablesOf<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv, where: string): T {
  const read = schema.safeParse(env);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new CommandError(
    `this does not look like ${where}, although the environment says so:\n${problems.join("\n")}`,
    exitCodes.configuration,
  );
}
