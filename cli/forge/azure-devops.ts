import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CommandError } from "../exit-codes.ts";
import { cutText } from "./cut-text.ts";
import type { Forge, ForgeIssue } from "./forge.ts";
import { hasKey, hasOtherKey, withKey } from "./hidden-key.ts";
import { ForgeRequestError, type RestClient, type RestRequest } from "./rest-client.ts";
import type { Review, Reviews } from "./reviews.ts";

/** Of a comment in a pull request's thread (the service's refusal of a longer one names the limit). */
export const MOST_COMMENT_CHARACTERS = 150_000;
/** Azure Pipelines names no limit for an uploaded summary; GitHub's is taken. */
const MOST_SUMMARY_BYTES = 1024 * 1024;
const MOST_TITLE_CHARACTERS = 255;
const API_VERSION = "7.1";
const MOST_WORK_ITEMS = 200;

const identitySchema = z.object({ authenticatedUser: z.object({ id: z.string() }) });
const threadsSchema = z.object({
  value: z.array(
    z.object({
      id: z.int(),
      isDeleted: z.boolean().nullish(),
      comments: z
        .array(
          z.object({
            id: z.int(),
            content: z.string().nullish(),
            isDeleted: z.boolean().nullish(),
            author: z.object({ id: z.string() }).nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});
const queryResultSchema = z.object({ workItems: z.array(z.object({ id: z.int() })) });
const workItemsSchema = z.object({
  value: z.array(z.object({ id: z.int(), fields: z.record(z.string(), z.unknown()) })),
});
const statesSchema = z.object({ value: z.array(z.object({ name: z.string(), category: z.string() })) });
const pullSchema = z.object({
  pullRequestId: z.int(),
  status: z.string(),
  lastMergeSourceCommit: z.object({ commitId: z.string() }).nullish(),
  lastMergeCommit: z.object({ commitId: z.string() }).nullish(),
});
const pullQuerySchema = z.object({ results: z.array(z.record(z.string(), z.array(pullSchema))) });

export interface AzureDevOpsForgeArgs {
  /** Rooted at the organization, e.g. `https://dev.azure.com/example/`. */
  client: RestClient;
  project: string;
  /** The repository's id. */
  repository: string;
  /** Where people read pull requests of the repository. */
  repositoryUrl: string;
  pullRequest: number | undefined;
  /** The kind of work item that is opened; the project's process must know it, e.g. `Issue` or `Bug`. */
  workItemType: string;
  /** A folder that lasts until the job has ended; undefined uploads no summary. */
  temporaryFolder: string | undefined;
  /** Standard output, on which the agent looks for commands. */
  out: (line: string) => void;
}

/** Azure DevOps, by its REST API (https://learn.microsoft.com/rest/api/azure/devops). */
export class AzureDevOpsForge implements Forge, Reviews {
  readonly #args: AzureDevOpsForgeArgs;
  #summaries = 0;

  constructor(args: AzureDevOpsForgeArgs) {
    this.#args = args;
  }

  async upsertComment(key: string, markdown: string): Promise<void> {
    const { pullRequest } = this.#args;
    if (pullRequest === undefined)
      throw new CommandError("this run is about no pull request: there is none to comment on");
    const most = MOST_COMMENT_CHARACTERS - withKey(key, "").length;
    const content = withKey(key, cutText(markdown, { most, unit: "characters" }));
    const found = await this.#ownComment(pullRequest, key);
    const threads = `${this.#repository()}/pullRequests/${pullRequest}/threads`;
    if (found === undefined) {
      await this.#send(RIGHT_TO_COMMENT, {
        method: "POST",
        path: threads,
        // Closed: it informs, and holds up no merge.
        body: { comments: [{ parentCommentId: 0, content, commentType: "text" }], status: "closed" },
      });
    } else if (found.content !== content) {
      await this.#send(RIGHT_TO_COMMENT, {
        method: "PATCH",
        path: `${threads}/${found.thread}/comments/${found.id}`,
        body: { content },
      });
    }
  }

  async upsertIssue(key: string, issue: ForgeIssue): Promise<void> {
    const description = withKey(key, issue.body);
    const fields: Record<string, string> = {
      "System.Title": issue.title.slice(0, MOST_TITLE_CHARACTERS),
      "System.Description": description,
      "System.Tags": [...issue.labels, tagOf(key)].join("; "),
    };
    const found = await this.#openWorkItem(key);
    const patch = Object.entries(fields).map(([name, value]) => ({
      op: "add",
      path: `/fields/${name}`,
      value,
    }));
    const type = encodeURIComponent(this.#args.workItemType);
    // The description is Markdown, not the HTML that is taken for granted.
    patch.push({ op: "add", path: "/multilineFieldsFormat/System.Description", value: "Markdown" });
    await this.#send(RIGHT_TO_WORK_ITEMS, {
      method: found === undefined ? "POST" : "PATCH",
      path: `${this.#project()}/_apis/wit/workitems/${found ?? `$${type}`}`,
      body: patch,
      contentType: "application/json-patch+json",
    });
  }

  async readIssue(key: string): Promise<string | undefined> {
    const found = await this.#openWorkItem(key);
    if (found === undefined) return undefined;
    const { value } = workItemsSchema.parse(
      await this.#send(RIGHT_TO_WORK_ITEMS, {
        path: `_apis/wit/workitems?ids=${found}&fields=System.Id,System.Description`,
      }),
    );
    const description = value[0]?.fields["System.Description"];
    return typeof description === "string" ? description : undefined;
  }

  async commentIssue(key: string, markdown: string): Promise<void> {
    const found = await this.#openWorkItem(key);
    if (found === undefined) return;
    await this.#send(RIGHT_TO_WORK_ITEMS, {
      method: "PATCH",
      path: `${this.#project()}/_apis/wit/workitems/${found}`,
      body: [{ op: "add", path: "/fields/System.History", value: markdown }],
      contentType: "application/json-patch+json",
    });
  }

  async closeIssue(key: string, comment: string): Promise<void> {
    const found = await this.#openWorkItem(key);
    if (found === undefined) return;
    const states = statesSchema.parse(
      await this.#send(RIGHT_TO_WORK_ITEMS, {
        path: `${this.#project()}/_apis/wit/workitemtypes/${encodeURIComponent(this.#args.workItemType)}/states`,
      }),
    );
    const done = states.value.find(({ category }) => category === "Completed");
    if (done === undefined) {
      throw new CommandError(
        `a work item of type ${this.#args.workItemType} has no state that means completed`,
      );
    }
    await this.#send(RIGHT_TO_WORK_ITEMS, {
      method: "PATCH",
      path: `${this.#project()}/_apis/wit/workitems/${found}`,
      body: [
        { op: "add", path: "/fields/System.History", value: comment },
        { op: "add", path: "/fields/System.State", value: done.name },
      ],
      contentType: "application/json-patch+json",
    });
  }

  /** @see https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands#uploadsummary-add-some-markdown-content-to-the-build-summary */
  async appendSummary(markdown: string): Promise<void> {
    const { temporaryFolder, out } = this.#args;
    if (temporaryFolder === undefined) return;
    const file = join(temporaryFolder, `keyturn-summary-${process.pid}-${++this.#summaries}.md`);
    await writeFile(file, cutText(markdown, { most: MOST_SUMMARY_BYTES, unit: "bytes" }), { mode: 0o600 });
    out(`##vso[task.uploadsummary]${file}`);
  }

  async reviewOf(commit: string, key: string): Promise<Review | undefined> {
    const answer = pullQuerySchema.parse(
      await this.#send(RIGHT_TO_PULLS, {
        method: "POST",
        path: `${this.#repository()}/pullrequestquery`,
        body: { queries: [{ type: "lastMergeCommit", items: [commit] }] },
      }),
    );
    const pulls = answer.results.flatMap((result) => result[commit] ?? []);
    const pull = pulls.find(
      ({ status, lastMergeCommit }) => status === "completed" && lastMergeCommit?.commitId === commit,
    );
    if (pull?.lastMergeSourceCommit == null) return undefined;
    const { pullRequestId: number, lastMergeSourceCommit } = pull;
    const comment = (await this.#ownComment(number, key))?.content ?? undefined;
    return {
      number,
      url: `${this.#args.repositoryUrl}/pullrequest/${number}`,
      head: lastMergeSourceCommit.commitId,
      comment,
    };
  }

  async #ownComment(
    pullRequest: number,
    key: string,
  ): Promise<{ thread: number; id: number; content: string | null | undefined } | undefined> {
    const { authenticatedUser } = identitySchema.parse(
      await this.#send(RIGHT_TO_COMMENT, { path: "_apis/connectionData", version: "7.1-preview.1" }),
    );
    const threads = threadsSchema.parse(
      await this.#send(RIGHT_TO_COMMENT, {
        path: `${this.#repository()}/pullRequests/${pullRequest}/threads`,
      }),
    );
    for (const { id: thread, isDeleted, comments } of threads.value) {
      const [first] = comments ?? [];
      if (isDeleted === true || first === undefined || first.isDeleted === true) continue;
      if (first.author?.id === authenticatedUser.id && hasKey(first.content, key)) {
        return { thread, id: first.id, content: first.content };
      }
    }
    return undefined;
  }

  /** The oldest, should there be two. */
  async #openWorkItem(key: string): Promise<number | undefined> {
    const query =
      "SELECT [System.Id] FROM workitems WHERE [System.TeamProject] = @project " +
      `AND [System.Tags] CONTAINS '${tagOf(key)}' AND [System.CreatedBy] = @me ORDER BY [System.Id] DESC`;
    const found = queryResultSchema.parse(
      await this.#send(RIGHT_TO_WORK_ITEMS, {
        method: "POST",
        path: `${this.#project()}/_apis/wit/wiql?$top=${MOST_WORK_ITEMS}`,
        body: { query },
      }),
    );
    const ids = found.workItems.map(({ id }) => id);
    if (ids.length === 0) return undefined;
    const states = statesSchema.parse(
      await this.#send(RIGHT_TO_WORK_ITEMS, {
        path: `${this.#project()}/_apis/wit/workitemtypes/${encodeURIComponent(this.#args.workItemType)}/states`,
      }),
    );
    const isOver = (state: unknown) =>
      states.value.some(
        ({ name, category }) => name === state && ["Completed", "Removed"].includes(category),
      );
    const { value } = workItemsSchema.parse(
      await this.#send(RIGHT_TO_WORK_ITEMS, {
        path: `_apis/wit/workitems?ids=${ids.join(",")}&fields=System.Id,System.State,System.Tags,System.Description`,
      }),
    );
    const open = value.filter(({ fields }) => isOf(key, fields) && !isOver(fields["System.State"]));
    return open.map(({ id }) => id).toSorted((x, y) => x - y)[0];
  }

  #project(): string {
    return encodeURIComponent(this.#args.project);
  }

  #repository(): string {
    return `${this.#project()}/_apis/git/repositories/${encodeURIComponent(this.#args.repository)}`;
  }

  /** @throws CommandError that names the right that was wanting. */
  async #send(
    right: string,
    { path, version = API_VERSION, ...request }: RestRequest & { version?: string },
  ): Promise<unknown> {
    try {
      const versioned = `${path}${path.includes("?") ? "&" : "?"}api-version=${version}`;
      return (await this.#args.client.send({ ...request, path: versioned })).json;
    } catch (error) {
      if (!(error instanceof ForgeRequestError)) throw error;
      // 203 with a page to sign in on is the service's way of saying 401.
      const wanting = [203, 401, 403, 404].includes(error.status ?? 0);
      throw new CommandError(
        `${error.message}${wanting ? `. The build service needs the right to ${right}, and the step SYSTEM_ACCESSTOKEN in its env` : ""}`,
        undefined,
        { cause: error },
      );
    }
  }
}

const RIGHT_TO_COMMENT = '"Contribute to pull requests" on the repository';
const RIGHT_TO_PULLS = '"Read" on the repository';
const RIGHT_TO_WORK_ITEMS = '"Edit work items in this node"';

/** Whether a work item was written under `key`: a query compares tags loosely, and two keys may have one tag. */
function isOf(key: string, fields: Readonly<Record<string, unknown>>): boolean {
  const { "System.Tags": tags, "System.Description": description } = fields;
  const isTagged = String(tags ?? "")
    .split(";")
    .some((tag) => tag.trim().toLowerCase() === tagOf(key).toLowerCase());
  return isTagged && !hasOtherKey(typeof description === "string" ? description : "", key);
}

/** A tag holds no commas or semicolons; a key has none. */
function tagOf(key: string): string {
  return `keyturn-${key.replaceAll("/", "-")}`;
}
