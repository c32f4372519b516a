import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { forgeFromEnvironment } from "../../../cli/forge/forge-from-environment.ts";
import type { Terminal } from "../../../cli/terminal.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { startApi } from "./api-server.ts";

function terminal(): Terminal & { lines: string[] } {
  const lines: string[] = [];
  const add = (text: string) => void lines.push(text);
  return { lines, out: add, err: add, verbatim: add, interactive: false, style: (_, text) => text };
}

const SHA = "c".repeat(40);
const HEAD = "a".repeat(40);

async function gitHubEnvironment(t: TestContext, event: object): Promise<Record<string, string>> {
  const file = join(temporaryFolder(t), "event.json");
  await writeFile(file, JSON.stringify(event));
  return {
    GITHUB_ACTIONS: "true",
    GITHUB_REPOSITORY: "sell/keyturn",
    GITHUB_SHA: SHA,
    GITHUB_RUN_ID: "42",
    GITHUB_EVENT_PATH: file,
  };
}

const pull = {
  pull_request: {
    number: 7,
    head: { sha: HEAD, repo: { full_name: "sell/keyturn" } },
    base: { repo: { full_name: "sell/keyturn" } },
  },
};

const AZURE = {
  TF_BUILD: "True",
  SYSTEM_COLLECTIONURI: "https://dev.azure.com/example/",
  SYSTEM_TEAMPROJECT: "Sell platform",
  BUILD_REPOSITORY_ID: "11111111-1111-4111-8111-111111111111",
  BUILD_REPOSITORY_URI: "https://example@dev.azure.com/example/Sell%20platform/_git/keyturn",
  BUILD_SOURCEVERSION: SHA,
  BUILD_BUILDID: "99",
};

describe("the forge of a run", () => {
  it("is GitHub in its actions", async (t) => {
    const run = await forgeFromEnvironment(await gitHubEnvironment(t, pull), terminal());
    assert.equal(run.isPipeline, true);
    assert.deepEqual(run.pullRequest, { number: 7, head: HEAD, fromFork: false });
    assert.equal(run.commit, SHA);
    assert.equal(run.url, "https://github.com/sell/keyturn/actions/runs/42");
    assert.equal(
      run.fileUrl("docs/pipelines.md"),
      "https://github.com/sell/keyturn/blob/HEAD/docs/pipelines.md",
    );
  });

  it("is asked in the name of the job's token, and believes that name alone", async (t) => {
    const api = await startApi(t, ({ method }) => ({ body: method === "GET" ? [] : {} }));
    const env = {
      ...(await gitHubEnvironment(t, pull)),
      GITHUB_API_URL: api.origin,
      GITHUB_TOKEN: "job-token",
    };
    const { forge } = await forgeFromEnvironment(env, terminal());
    await forge.upsertComment("preview/dev", "text");
    assert.deepEqual(
      api.requests.map(({ method, path, headers }) => [method, path, headers.authorization]),
      [
        ["GET", "/repos/sell/keyturn/issues/7/comments?per_page=100", "Bearer job-token"],
        ["POST", "/repos/sell/keyturn/issues/7/comments", "Bearer job-token"],
      ],
    );
  });

  it("is Azure DevOps in its pipelines", async () => {
    const run = await forgeFromEnvironment(
      {
        ...AZURE,
        SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
        SYSTEM_PULLREQUEST_ISFORK: "True",
        SYSTEM_PULLREQUEST_SOURCECOMMITID: HEAD,
      },
      terminal(),
    );
    assert.deepEqual(run.pullRequest, { number: 7, head: HEAD, fromFork: true });
    assert.equal(run.url, "https://dev.azure.com/example/Sell%20platform/_build/results?buildId=99");
    assert.equal(
      run.fileUrl("docs/pipelines.md"),
      "https://dev.azure.com/example/Sell%20platform/_git/keyturn?path=/docs/pipelines.md",
    );
    assert.equal((await forgeFromEnvironment(AZURE, terminal())).pullRequest, undefined);
  });

  it("is nobody by hand, and says so", async () => {
    const spoken = terminal();
    const run = await forgeFromEnvironment({}, spoken);
    assert.equal(run.isPipeline, false);
    await run.forge.upsertComment("preview/dev", "text");
    await run.forge.upsertIssue("rotation/dev", { title: "Rotation failed", body: "", labels: [] });
    await run.forge.closeIssue("rotation/dev", "");
    await run.forge.appendSummary("");
    assert.deepEqual(spoken.lines, [
      "By hand: no pull request is told (preview/dev).",
      "By hand: no issue is opened (rotation/dev: Rotation failed).",
    ]);
    assert.equal(await run.forge.reviewOf(SHA, "preview/dev"), undefined);
  });

  it("is refused where the environment contradicts itself, with every variable that does", async (t) => {
    await assert.rejects(
      forgeFromEnvironment({ GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "../x" }, terminal()),
      (error: Error) => {
        assert.match(error.message, /GitHub Actions/);
        for (const name of ["GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_EVENT_PATH"])
          assert.match(error.message, new RegExp(name));
        return true;
      },
    );
    await assert.rejects(forgeFromEnvironment({ TF_BUILD: "True" }, terminal()), /SYSTEM_COLLECTIONURI/);
    const env = await gitHubEnvironment(t, { pull_request: {} });
    await assert.rejects(forgeFromEnvironment(env, terminal()), /GITHUB_EVENT_PATH cannot be read/);
  });
});
