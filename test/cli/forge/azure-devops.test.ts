import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { AzureDevOpsForge, MOST_COMMENT_CHARACTERS } from "../../../cli/forge/azure-devops.ts";
import { withKey } from "../../../cli/forge/hidden-key.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { type ApiAnswer, type ApiRequest, quickClient, startApi } from "./api-server.ts";

const KEY = "preview/dev";
const ME = "me-me";
const REPOSITORY = "repo-id";
const issue = { title: "Rotation failed", body: "Look here", labels: ["keyturn"] };
const STATES = [
  { name: "To Do", category: "Proposed" },
  { name: "Doing", category: "InProgress" },
  { name: "Done", category: "Completed" },
];

interface Thread {
  id: number;
  isDeleted?: boolean;
  comments: { id: number; content: string; author: { id: string } }[];
  status?: string;
}
interface WorkItem {
  id: number;
  type: string;
  fields: Record<string, string>;
}

class AzureDevOps {
  threads: Thread[] = [];
  items: WorkItem[] = [];
  pulls: object[] = [];
  #next = 1;

  thread(content: string, author: string): Thread {
    const made = { id: this.#next++, comments: [{ id: 1, content, author: { id: author } }] };
    this.threads.push(made);
    return made;
  }

  answer = ({ method, path, body }: ApiRequest): ApiAnswer => {
    const url = new URL(path, "http://x");
    assert.match(url.searchParams.get("api-version") ?? "", /^7\.1/);
    const below = decodeURIComponent(url.pathname.replace("/example/", ""));
    if (below === "_apis/connectionData") return { body: { authenticatedUser: { id: ME } } };
    const pull = `Sell platform/_apis/git/repositories/${REPOSITORY}/pullRequests/7/threads`;
    if (below === pull && method === "GET") return { body: { value: this.threads } };
    if (below === pull) {
      const { comments, status } = body as { comments: { content: string }[]; status: string };
      Object.assign(this.thread(comments[0]?.content ?? "", ME), { status });
      return { body: {} };
    }
    const edited = /threads\/(\d+)\/comments\/1$/.exec(below)?.[1];
    if (edited !== undefined && method === "PATCH") {
      const comment = this.threads.find(({ id }) => String(id) === edited)?.comments[0];
      if (comment !== undefined) comment.content = (body as { content: string }).content;
      return { body: {} };
    }
    if (below.endsWith("/_apis/wit/wiql")) {
      const tag = /CONTAINS '([^']+)'/.exec((body as { query: string }).query)?.[1] ?? "?";
      // Nothing promises that only whole tags are compared.
      const found = this.items.filter(({ fields }) => fields["System.Tags"]?.includes(tag));
      return { body: { workItems: found.map(({ id }) => ({ id })) } };
    }
    if (below.endsWith("/_apis/wit/workitemtypes/Issue/states")) return { body: { value: STATES } };
    if (below === "_apis/wit/workitems") {
      const ids = (url.searchParams.get("ids") ?? "").split(",");
      return { body: { value: this.items.filter(({ id }) => ids.includes(String(id))) } };
    }
    if (below.startsWith("Sell platform/_apis/wit/workitems/")) {
      const name = below.split("/").at(-1) ?? "";
      let item = this.items.find(({ id }) => String(id) === name);
      if (name.startsWith("$")) {
        item = { id: this.#next++, type: name.slice(1), fields: { "System.State": "To Do" } };
        this.items.push(item);
      }
      if (item === undefined) return { status: 404, body: { message: "TF401232: does not exist" } };
      for (const { path, value } of body as { path: string; value: string }[])
        item.fields[path.replace("/fields/", "")] = value;
      return { body: {} };
    }
    if (below.endsWith("/pullrequestquery")) return { body: { results: [{ [SHA]: this.pulls }] } };
    return { status: 501, body: { message: `${method} ${below}` } };
  };
}

const SHA = "c".repeat(40);
const HEAD = "a".repeat(40);

async function world(t: TestContext, temporaryFolder?: string) {
  const azure = new AzureDevOps();
  const api = await startApi(t, azure.answer);
  const out: string[] = [];
  const forge = new AzureDevOpsForge({
    client: quickClient(`${api.origin}/example/`, { service: "Azure DevOps" }),
    project: "Sell platform",
    repository: REPOSITORY,
    repositoryUrl: "https://dev.azure.com/example/_git/keyturn",
    pullRequest: 7,
    workItemType: "Issue",
    temporaryFolder,
    out: (line) => out.push(line),
  });
  return { azure, api, forge, out };
}

describe("Azure DevOps", () => {
  it("keeps one thread of our own up to date, which holds up no merge", async (t) => {
    const { azure, forge } = await world(t);
    const foreign = azure.thread(withKey(KEY, "forged"), "mallory");
    const deleted = azure.thread(withKey(KEY, "deleted"), ME);
    deleted.isDeleted = true;
    await forge.upsertComment(KEY, "first");
    await forge.upsertComment(KEY, "second");
    assert.equal(azure.threads.length, 3);
    assert.equal(foreign.comments[0]?.content, withKey(KEY, "forged"));
    assert.equal(azure.threads[2]?.comments[0]?.content, withKey(KEY, "second"));
    assert.equal(azure.threads[2]?.status, "closed");
    await forge.upsertComment(KEY, Array.from({ length: 40_000 }, (_, line) => `line ${line}`).join("\n"));
    const long = azure.threads[2]?.comments[0]?.content ?? "";
    assert.ok(long.length <= MOST_COMMENT_CHARACTERS && long.length > MOST_COMMENT_CHARACTERS - 1000);
  });

  it("opens one work item, keeps it up to date, and completes it in its process's own word", async (t) => {
    const { azure, forge } = await world(t);
    await forge.upsertIssue(KEY, issue);
    await forge.upsertIssue(KEY, { ...issue, title: "Still failing" });
    const items = () => [...azure.items];
    assert.equal(items().length, 1);
    const [item] = items();
    assert.equal(item?.type, "Issue");
    assert.equal(item?.fields["System.Title"], "Still failing");
    assert.match(item?.fields["System.Tags"] ?? "", /^keyturn; keyturn-preview-dev$/);
    assert.equal(item?.fields["System.Description"], withKey(KEY, "Look here"));
    await forge.closeIssue(KEY, "All is well");
    assert.equal(item?.fields["System.State"], "Done");
    assert.equal(item?.fields["System.History"], "All is well");
    await forge.upsertIssue(KEY, issue);
    assert.equal(items().length, 2, "a completed one stays completed");
    await forge.closeIssue("rotation/prod", "never opened");
    assert.equal(items()[1]?.fields["System.State"], "To Do");
  });

  it("keeps the work items of stacks apart whose names are alike", async (t) => {
    const { azure, forge } = await world(t);
    const [dev, europe, nested] = ["rotation/dev", "rotation/dev-eu", "rotation/dev/eu"];
    await forge.upsertIssue(europe, { ...issue, body: "of dev-eu" });
    assert.equal(await forge.readIssue(dev), undefined);
    await forge.upsertIssue(dev, { ...issue, body: "of dev" });
    await forge.upsertIssue(nested, { ...issue, body: "of dev/eu" });
    assert.deepEqual(
      azure.items.map(({ fields }) => fields["System.Description"]),
      [withKey(europe, "of dev-eu"), withKey(dev, "of dev"), withKey(nested, "of dev/eu")],
    );
    await forge.commentIssue(dev, "Reminder");
    await forge.closeIssue(dev, "All is well");
    assert.deepEqual(
      azure.items.map(({ fields }) => fields["System.State"]),
      ["To Do", "Done", "To Do"],
    );
    assert.equal(azure.items[0]?.fields["System.History"], undefined);
    assert.equal(await forge.readIssue(nested), withKey(nested, "of dev/eu"));
  });

  it("reads the open work item back, and comments on it; there may be none", async (t) => {
    const { azure, forge } = await world(t);
    assert.equal(await forge.readIssue(KEY), undefined);
    await forge.commentIssue(KEY, "to nobody");
    assert.equal(azure.items.length, 0);
    await forge.upsertIssue(KEY, issue);
    assert.equal(await forge.readIssue(KEY), withKey(KEY, issue.body));
    await forge.commentIssue(KEY, "Reminder");
    assert.equal(azure.items[0]?.fields["System.History"], "Reminder");
    assert.equal(azure.items[0]?.fields["System.State"], "To Do");
    await forge.closeIssue(KEY, "All is well");
    assert.equal(await forge.readIssue(KEY), undefined);
  });

  it("knows what was said of a commit before it was merged", async (t) => {
    const { azure, forge } = await world(t);
    azure.thread(withKey(KEY, "shown"), ME);
    const pull = {
      pullRequestId: 7,
      lastMergeSourceCommit: { commitId: HEAD },
      lastMergeCommit: { commitId: SHA },
    };
    azure.pulls = [{ ...pull, status: "active" }];
    assert.equal(await forge.reviewOf(SHA, KEY), undefined);
    azure.pulls = [{ ...pull, status: "completed" }];
    assert.deepEqual(await forge.reviewOf(SHA, KEY), {
      number: 7,
      url: "https://dev.azure.com/example/_git/keyturn/pullrequest/7",
      head: HEAD,
      comment: withKey(KEY, "shown"),
    });
  });

  it("shows a summary by the agent's own command", async (t) => {
    const { forge, out } = await world(t, temporaryFolder(t));
    await forge.appendSummary("## One");
    await forge.appendSummary("## Two");
    const uploaded = out.map((line) => /^##vso\[task\.uploadsummary\](.+\.md)$/.exec(line)?.[1] ?? "");
    assert.deepEqual(await Promise.all(uploaded.map((file) => readFile(file, "utf8"))), ["## One", "## Two"]);
  });

  it("names the right that is wanting", async (t) => {
    const api = await startApi(t, () => ({
      status: 403,
      body: { message: "TF401027: You need the Git 'PullRequestContribute' permission" },
    }));
    const forge = new AzureDevOpsForge({
      client: quickClient(api.origin, { service: "Azure DevOps" }),
      ...{
        project: "p",
        repository: "r",
        repositoryUrl: "",
        pullRequest: 7,
        workItemType: "Issue",
        temporaryFolder: undefined,
        out: () => {},
      },
    });
    await assert.rejects(
      forge.upsertComment(KEY, "x"),
      /TF401027.*needs the right to "Contribute to pull requests".*SYSTEM_ACCESSTOKEN/,
    );
  });
});
