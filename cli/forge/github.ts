import { appendFile, stat } from "node:fs/promises";
import { z } from "zod";
import { CommandError } from "../exit-codes.ts";
import { cutText } from "./cut-text.ts";
import type { Forge, ForgeIssue } from "./forge.ts";
import { hasKey, withKey } from "./hidden-key.ts";
import { ForgeRequestError, type RestAnswer, type RestClient, type RestRequest } from "./rest-client.ts";
import type { Review, Reviews } from "./reviews.ts";

/** Of a comment's or an issue's body (GitHub's answer to a longer one: "body is too long (maximum is 65536 characters)"). */
export const MOST_BODY_CHARACTERS = 65_536;
/** Of a step's summary; a longer one is not shown at all (https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits). */
export const MOST_SUMMARY_BYTES = 1024 * 1024;
/** GitHub's own limit for a title. */
const MOST_TITLE_CHARACTERS = 256;
/** 100 a page: no pull request that people read has more. */
const MOST_PAGES = 30;

const commentSchema = z.object({
  id: z.int(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});
const issueSchema = z.object({
  number: z.int(),
  title: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
  pull_request: z.unknown().optional(),
});
const pullSchema = z.object({
  number: z.int(),
  html_url: z.string(),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ sha: z.string() }),
});

type Comment = z.infer<typeof commentSchema>;
type Issue = z.infer<typeof issueSchema>;

export interface GitHubForgeArgs {
  client: RestClient;
  /** `owner/name`. */
  repository: string;
  /** The pull request whose comments are written; undefined if this run is about none. */
  pullRequest: number | undefined;
  /** Who writes: nobody else's comments and issues are ever changed, or believed. */
  login: string;
  /** Where GitHub reads this step's summary from; undefined shows it to nobody. */
  summaryFile: string | undefined;
}

/** GitHub, by its REST API (https://docs.github.com/rest). */
export class GitHubForge implements Forge, Reviews {
  readonly #args: GitHubForgeArgs;

  constructor(args: GitHubForgeArgs) {
    this.#args = args;
  }

  async upsertComment(key: string, markdown: string): Promise<void> {
    const { pullRequest } = this.#args;
    if (pullRequest === undefined)
      throw new CommandError("this run is about no pull request: there is none to comment on");
    const body = bodyOf(key, markdown);
    await this.#createOnce(
      () => this.#ownComment(pullRequest, key),
      () =>
        this.#send(RIGHT_TO_COMMENT, {
          method: "POST",
          path: `issues/${pullRequest}/comments`,
          body: { body },
        }),
      async (found) => {
        if (found.body === body) return;
        await this.#send(RIGHT_TO_COMMENT, {
          method: "PATCH",
          path: `issues/comments/${found.id}`,
          body: { body },
        });
      },
    );
  }

  async upsertIssue(key: string, issue: ForgeIssue): Promise<void> {
    const content = { title: issue.title.slice(0, MOST_TITLE_CHARACTERS), body: bodyOf(key, issue.body) };
    await this.#createOnce(
      () => this.#openIssue(key),
      () =>
        this.#send(RIGHT_TO_ISSUES, {
          method: "POST",
          path: "issues",
          body: { ...content, labels: issue.labels },
        }),
      async (found) => {
        if (found.body === content.body && found.title === content.title) return;
        await this.#send(RIGHT_TO_ISSUES, { method: "PATCH", path: `issues/${found.number}`, body: content });
      },
    );
  }

  async readIssue(key: string): Promise<string | undefined> {
    return (await this.#openIssue(key))?.body ?? undefined;
  }

  async commentIssue(key: string, markdown: string): Promise<void> {
    const found = await this.#openIssue(key);
    if (found !== undefined) await this.#addComment(found.number, markdown);
  }

  async closeIssue(key: string, comment: string): Promise<void> {
    const found = await this.#openIssue(key);
    if (found === undefined) return;
    await this.#addComment(found.number, comment);
    await this.#send(RIGHT_TO_ISSUES, {
      method: "PATCH",
      path: `issues/${found.number}`,
      body: { state: "closed", state_reason: "completed" },
    });
  }

  async #addComment(issue: number, markdown: string): Promise<void> {
    await this.#send(RIGHT_TO_ISSUES, {
      method: "POST",
      path: `issues/${issue}/comments`,
      body: { body: cutText(markdown, { most: MOST_BODY_CHARACTERS, unit: "characters" }) },
    });
  }

  async appendSummary(markdown: string): Promise<void> {
    const { summaryFile } = this.#args;
    if (summaryFile === undefined) return;
    const taken = await stat(summaryFile).then(
      ({ size }) => size,
      () => 0,
    );
    const most = Math.max(0, MOST_SUMMARY_BYTES - taken - 1);
    await appendFile(summaryFile, `${cutText(markdown, { most, unit: "bytes" })}\n`);
  }

  async reviewOf(commit: string, key: string): Promise<Review | undefined> {
    const pulls = await this.#list(
      RIGHT_TO_PULLS,
      `commits/${encodeURIComponent(commit)}/pulls?per_page=100`,
      pullSchema,
    );
    const merged = pulls.find(
      ({ merged_at, merge_commit_sha }) => merged_at != null && merge_commit_sha === commit,
    );
    if (merged === undefined) return undefined;
    const { number, html_url: url, head } = merged;
    const comment = (await this.#ownComment(number, key))?.body ?? undefined;
    return { number, url, head: head.sha, comment };
  }

  async #ownComment(pullRequest: number, key: string): Promise<Comment | undefined> {
    const comments = await this.#list(
      RIGHT_TO_COMMENT,
      `issues/${pullRequest}/comments?per_page=100`,
      commentSchema,
    );
    return comments.find((comment) => this.#isOwn(comment) && hasKey(comment.body, key));
  }

  /** The oldest, should there be two. */
  async #openIssue(key: string): Promise<Issue | undefined> {
    const path = "issues?state=open&sort=created&direction=asc&per_page=100";
    const issues = await this.#list(RIGHT_TO_ISSUES, path, issueSchema);
    return issues.find(
      (issue) => issue.pull_request === undefined && this.#isOwn(issue) && hasKey(issue.body, key),
    );
  }

  #isOwn({ user }: Pick<Comment, "user">): boolean {
    return user?.login.toLowerCase() === this.#args.login.toLowerCase();
  }

  /** Makes what is not there. A creation whose answer was lost is looked for before it is tried again. */
  async #createOnce<T>(
    find: () => Promise<T | undefined>,
    create: () => Promise<unknown>,
    update: (found: T) => Promise<void>,
  ): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const found = await find();
      if (found !== undefined) return update(found);
      try {
        await create();
        return;
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        const isUncertain = cause instanceof ForgeRequestError && cause.isUncertain;
        if (!isUncertain || attempt === MOST_CREATIONS) throw error;
      }
    }
  }

  async #list<T>(right: string, path: string, schema: z.ZodType<T>): Promise<T[]> {
    const items: T[] = [];
    let next: string | undefined = path;
    for (let page = 1; next !== undefined && page <= MOST_PAGES; page++) {
      const answer: RestAnswer = await this.#send(right, { path: next });
      items.push(...this.#read(z.array(schema), answer.json));
      next = answer.next;
    }
    return items;
  }

  #read<T>(schema: z.ZodType<T>, json: unknown): T {
    const read = schema.safeParse(json);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw new CommandError(
      `GitHub answered otherwise than it should: ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }

  /** @throws CommandError that names the right that was wanting. */
  async #send(right: string, { path, ...request }: RestRequest): Promise<RestAnswer> {
    const full = /^https?:/.test(path) ? path : `repos/${this.#args.repository}/${path}`;
    try {
      return await this.#args.client.send({ ...request, path: full });
    } catch (error) {
      if (!(error instanceof ForgeRequestError)) throw error;
      const wanting = error.status === 401 || error.status === 403 || error.status === 404;
      throw new CommandError(
        `${error.message}${wanting ? `. The job needs the permission "${right}", and GITHUB_TOKEN in the step's env` : ""}`,
        undefined,
        { cause: error },
      );
    }
  }
}

const MOST_CREATIONS = 3;

const RIGHT_TO_COMMENT = "pull-requests: write";
const RIGHT_TO_ISSUES = "issues: write";
const RIGHT_TO_PULLS = "pull-requests: read";

function bodyOf(key: string, markdown: string): string {
  const most = MOST_BODY_CHARACTERS - withKey(key, "").length;
  return withKey(key, cutText(markdown, { most, unit: "characters" }));
}
