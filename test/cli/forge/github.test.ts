import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { GitHubForge, MOST_BODY_CHARACTERS, MOST_SUMMARY_BYTES } from "../../../cli/forge/github.ts";
import { hiddenKey, withKey } from "../../../cli/forge/hidden-key.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { type ApiAnswer, type ApiRequest, type ApiServer, CUT, quickClient, startApi } from "./api-server.ts";

const BOT = "github-actions[bot]";
const KEY = "preview/dev";
const issue = { title: "Rotation failed", body: "Look here", labels: ["keyturn"] };

interface Written {
  id: number;
  number: number;
  title?: string;
  body: string;
  user: { login: string } | null;
  state?: string;
  pull_request?: object;
}

/** GitHub's comments, issues and pull requests, in pages of two. */
class GitHub {
  comments: Written[] = [];
  issues: Written[] = [];
  pulls: object[] = [];
  /** Of the next creation: carried out or not, the answer is lost. */
  loses: ("done" | "undone")[] = [];
  #next = 100;

  add(list: Written[], body: string, login: string | undefined = BOT, over: Partial<Written> = {}): Written {
    const id = this.#next++;
    const made = {
      id,
      number: id,
      title: "",
      body,
      user: login === undefined ? null : { login },
      state: "open",
      ...over,
    };
    list.push(made);
    return made;
  }

  answer(origin: () => string) {
    return ({ method, path, body }: ApiRequest): ApiAnswer | typeof CUT => {
      const url = new URL(path, "http://x");
      const below = url.pathname.replace("/repos/sell/keyturn/", "");
      const content = body as Partial<Written>;
      const list = (items: readonly object[]): ApiAnswer => {
        const page = Number(url.searchParams.get("page") ?? 1);
        const next = `${origin()}${url.pathname}?page=${page + 1}`;
        const isLast = items.length <= page * 2;
        return {
          body: items.slice(page * 2 - 2, page * 2),
          headers: isLast ? {} : { link: `<${next}>; rel="next"` },
        };
      };
      const create = (target: Written[]): ApiAnswer | typeof CUT => {
        const lost = this.loses.shift();
        if (lost !== "undone")
          this.add(target, content.body ?? "", BOT, {
            ...(content.title !== undefined && { title: content.title }),
          });
        return lost === undefined ? { status: 201, body: {} } : CUT;
      };
      const patch = (target: Written | undefined): ApiAnswer => {
        if (target === undefined) return { status: 404, body: { message: "Not Found" } };
        Object.assign(target, content);
        return { body: target };
      };
      if (method === "GET" && below === "issues/7/comments") return list(this.comments);
      if (method === "POST" && /^issues\/\d+\/comments$/.test(below)) return create(this.comments);
      if (method === "PATCH" && below.startsWith("issues/comments/"))
        return patch(this.comments.find(({ id }) => below.endsWith(`/${id}`)));
      if (method === "GET" && below === "issues")
        return list(this.issues.filter(({ state }) => state === "open"));
      if (method === "POST" && below === "issues") return create(this.issues);
      if (method === "PATCH" && below.startsWith("issues/"))
        return patch(this.issues.find(({ number }) => below.endsWith(`/${number}`)));
      if (method === "GET" && below.endsWith("/pulls")) return list(this.pulls);
      return { status: 501, body: { message: `${method} ${below}` } };
    };
  }
}

async function world(
  t: TestContext,
  { pullRequest = 7, summaryFile }: { pullRequest?: number | undefined; summaryFile?: string } = {},
) {
  const gitHub = new GitHub();
  let api: ApiServer | undefined;
  api = await startApi(
    t,
    gitHub.answer(() => api?.origin ?? ""),
  );
  const client = quickClient(api.origin);
  const forge = new GitHubForge({ client, repository: "sell/keyturn", pullRequest, login: BOT, summaryFile });
  const writes = () =>
    (api?.requests ?? []).filter(({ method }) => method !== "GET").map(({ method }) => method);
  return { gitHub, forge, writes, api };
}

describe("the comment on a pull request", () => {
  it("is made once and then edited, and left alone where nothing is new", async (t) => {
    const { gitHub, forge, writes } = await world(t);
    await forge.upsertComment(KEY, "first");
    await forge.upsertComment(KEY, "second");
    await forge.upsertComment(KEY, "second");
    assert.deepEqual(
      gitHub.comments.map(({ body }) => body),
      [withKey(KEY, "second")],
    );
    assert.deepEqual(writes(), ["POST", "PATCH"]);
  });

  it("is found on any page, among those of other stacks", async (t) => {
    const { gitHub, forge } = await world(t);
    for (let count = 0; count < 5; count++) gitHub.add(gitHub.comments, `chatter ${count}`, "alice");
    gitHub.add(gitHub.comments, withKey("preview/prod", "prod"));
    const own = gitHub.add(gitHub.comments, withKey(KEY, "old"));
    await forge.upsertComment(KEY, "new");
    assert.equal(own.body, withKey(KEY, "new"));
    assert.equal(gitHub.comments.length, 7);
  });

  it("is never somebody else's, whatever that one says", async (t) => {
    const { gitHub, forge } = await world(t);
    const foreign = [
      gitHub.add(gitHub.comments, withKey(KEY, "forged"), "mallory"),
      gitHub.add(gitHub.comments, withKey(KEY, "forged"), "github-actions"),
      gitHub.add(gitHub.comments, withKey(KEY, "forged"), undefined, { user: null }),
    ];
    const quoting = gitHub.add(gitHub.comments, `> ${hiddenKey(KEY)}`);
    await forge.upsertComment(KEY, "mine");
    for (const each of foreign) assert.match(each.body, /forged/);
    assert.equal(quoting.body, `> ${hiddenKey(KEY)}`);
    assert.equal(gitHub.comments.length, 5);
  });

  it("is there once even if the answer to its creation was lost", async (t) => {
    for (const lost of ["done", "undone"] as const) {
      const { gitHub, forge } = await world(t);
      gitHub.loses = [lost];
      await forge.upsertComment(KEY, "text");
      assert.deepEqual(
        gitHub.comments.map(({ body }) => body),
        [withKey(KEY, "text")],
        lost,
      );
    }
    const { gitHub, forge } = await world(t);
    gitHub.loses = ["undone", "undone", "undone"];
    await assert.rejects(forge.upsertComment(KEY, "text"), /did not answer POST/);
  });

  it("fits, with a word about what does not", async (t) => {
    const { gitHub, forge } = await world(t);
    await forge.upsertComment(KEY, Array.from({ length: 20_000 }, (_, line) => `line ${line} …`).join("\n"));
    const body = gitHub.comments[0]?.body ?? "";
    assert.ok(
      body.length <= MOST_BODY_CHARACTERS && body.length > MOST_BODY_CHARACTERS - 1000,
      String(body.length),
    );
    assert.match(body, /left out here for want of space/);
  });

  it("is not made where there is no pull request", async (t) => {
    const { api } = await world(t);
    const forge = new GitHubForge({
      client: quickClient(api.origin),
      repository: "sell/keyturn",
      pullRequest: undefined,
      login: BOT,
      summaryFile: undefined,
    });
    await assert.rejects(forge.upsertComment(KEY, "text"), /about no pull request/);
  });
});

describe("the issue of a stack", () => {
  it("is opened once, kept up to date, and closed with a last word", async (t) => {
    const { gitHub, forge } = await world(t);
    await forge.upsertIssue(KEY, issue);
    await forge.upsertIssue(KEY, { ...issue, title: "Still failing", body: "And here" });
    const [open] = gitHub.issues;
    assert.equal(gitHub.issues.length, 1);
    assert.deepEqual([open?.title, open?.body], ["Still failing", withKey(KEY, "And here")]);
    await forge.closeIssue(KEY, "All is well");
    assert.equal(open?.state, "closed");
    assert.deepEqual(
      gitHub.comments.map(({ body }) => body),
      ["All is well"],
    );
    await forge.upsertIssue(KEY, issue);
    assert.equal(gitHub.issues.length, 2, "a closed one stays closed");
  });

  it("is read back and commented on while it is open", async (t) => {
    const { gitHub, forge } = await world(t);
    assert.equal(await forge.readIssue(KEY), undefined);
    await forge.commentIssue(KEY, "to nobody");
    assert.deepEqual(gitHub.comments, []);
    await forge.upsertIssue(KEY, issue);
    assert.equal(await forge.readIssue(KEY), withKey(KEY, issue.body));
    await forge.commentIssue(KEY, "Reminder");
    assert.deepEqual(
      gitHub.comments.map(({ body }) => body),
      ["Reminder"],
    );
    await forge.closeIssue(KEY, "All is well");
    assert.equal(await forge.readIssue(KEY), undefined);
  });

  it("is neither a pull request nor somebody else's", async (t) => {
    const { gitHub, forge, writes } = await world(t);
    gitHub.add(gitHub.issues, withKey(KEY, "x"), BOT, { pull_request: {} });
    gitHub.add(gitHub.issues, withKey(KEY, "x"), "mallory");
    assert.equal(await forge.readIssue(KEY), undefined);
    await forge.commentIssue(KEY, "Reminder");
    await forge.closeIssue(KEY, "All is well");
    assert.deepEqual(writes(), []);
  });
});

describe("what was said of a commit", () => {
  const MERGED = "c".repeat(40);
  const pull = (number: number, over: object = {}) => ({
    number,
    html_url: `https://github.example/pull/${number}`,
    merged_at: "2026-05-01T00:00:00Z",
    merge_commit_sha: MERGED,
    head: { sha: "a".repeat(40) },
    ...over,
  });

  it("stands in the pull request that was merged as that commit", async (t) => {
    const { gitHub, forge } = await world(t);
    gitHub.pulls = [pull(5, { merged_at: null }), pull(6, { merge_commit_sha: "d".repeat(40) }), pull(7)];
    gitHub.add(gitHub.comments, withKey(KEY, "forged"), "mallory");
    gitHub.add(gitHub.comments, withKey(KEY, "shown"));
    assert.deepEqual(await forge.reviewOf(MERGED, KEY), {
      number: 7,
      url: "https://github.example/pull/7",
      head: "a".repeat(40),
      comment: withKey(KEY, "shown"),
    });
  });

  it("is nothing where none was merged, or nothing was said", async (t) => {
    const { gitHub, forge } = await world(t);
    gitHub.pulls = [pull(5, { merged_at: null })];
    assert.equal(await forge.reviewOf(MERGED, KEY), undefined);
    gitHub.pulls = [pull(7)];
    assert.equal((await forge.reviewOf(MERGED, KEY))?.comment, undefined);
  });
});

describe("a refusal of GitHub", () => {
  it("names the permission that is wanting", async (t) => {
    const api = await startApi(t, () => ({
      status: 403,
      body: { message: "Resource not accessible by integration" },
    }));
    const forge = new GitHubForge({
      client: quickClient(api.origin),
      repository: "sell/keyturn",
      pullRequest: 7,
      login: BOT,
      summaryFile: undefined,
    });
    await assert.rejects(
      forge.upsertComment(KEY, "x"),
      /Resource not accessible by integration\). The job needs the permission "pull-requests: write"/,
    );
    await assert.rejects(forge.upsertIssue(KEY, issue), /"issues: write"/);
  });

  it("is said of an answer that is none", async (t) => {
    const api = await startApi(t, () => ({ body: [{ id: "x" }] }));
    const forge = new GitHubForge({
      client: quickClient(api.origin),
      repository: "sell/keyturn",
      pullRequest: 7,
      login: BOT,
      summaryFile: undefined,
    });
    await assert.rejects(forge.upsertComment(KEY, "x"), /answered otherwise than it should: 0\.id/);
  });
});

describe("the summary of a step", () => {
  it("is added to what is there, and never grows past what is shown", async (t) => {
    const summaryFile = join(temporaryFolder(t), "summary.md");
    await writeFile(summaryFile, "before\n");
    const { forge } = await world(t, { summaryFile });
    await forge.appendSummary("## Mine");
    assert.equal(await readFile(summaryFile, "utf8"), "before\n## Mine\n");
    const long = Array.from(
      { length: 30_000 },
      (_, line) => `${line}: ä line of a table that goes on for a while`,
    ).join("\n");
    await forge.appendSummary(long);
    const written = await readFile(summaryFile);
    assert.ok(written.byteLength <= MOST_SUMMARY_BYTES && written.byteLength > MOST_SUMMARY_BYTES - 1000);
    assert.match(written.toString(), /left out here for want of space/);
  });

  it("is left out where there is none", async (t) => {
    const { forge } = await world(t);
    await forge.appendSummary("## Mine");
  });
});
