import { z } from "zod";
import {
  commentsOn,
  type GitHubComment,
  type GitHubIssue,
  type GitHubPull,
  type GitHubState,
} from "./github-state.ts";

/** A right of a token, by GitHub's name for it. */
export type Right = `${"actions" | "contents" | "issues" | "pull-requests"}:${"read" | "write"}`;

/** What a route is given. */
export interface RouteContext {
  state: GitHubState;
  repository: string;
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  body: unknown;
  /** Who the token acts as. */
  user: string;
  /** Where the API is, for addresses in answers. */
  origin: string;
}

export interface Answer {
  status: number;
  body?: unknown;
  /** A list is cut into pages by the server. */
  isList?: true;
}

export interface Route {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/repos/OWNER/NAME`. */
  path: string;
  /** Any one of them is enough. */
  rights: readonly Right[];
  /** Of these instead, where the number in the path is a pull request's. */
  pullRights?: readonly Right[];
  answer(context: RouteContext): Answer;
}

/** GitHub refuses longer ones: "body is too long (maximum is 65536 characters)". */
const MOST_BODY_CHARACTERS = 65_536;
const text = z.string().max(MOST_BODY_CHARACTERS, "is too long (maximum is 65536 characters)");
const title = z.string().min(1).max(256);
const labels = z.array(z.string().min(1).max(50));
const newIssue = z.strictObject({ title, body: text.optional(), labels: labels.optional() });
const changedIssue = z.strictObject({
  title: title.optional(),
  body: text.optional(),
  labels: labels.optional(),
  state: z.enum(["open", "closed"]).optional(),
  state_reason: z.enum(["completed", "not_planned", "reopened"]).optional(),
});
const comment = z.strictObject({ body: text.min(1) });
const newLabel = z.strictObject({
  name: z.string().min(1).max(50),
  color: z
    .string()
    .regex(/^[0-9a-f]{6}$/i)
    .optional(),
  description: z.string().max(100).optional(),
});

const notFound: Answer = { status: 404, body: { message: "Not Found" } };

/** The rights for reading and writing what stands below an issue, which a pull request is too. */
const READ = { rights: ["issues:read"], pullRights: ["issues:read", "pull-requests:read"] } as const;
const WRITE = { rights: ["issues:write"], pullRights: ["issues:write", "pull-requests:write"] } as const;

/**
 * The part of GitHub's REST API that Keyturn's pipelines may use
 * (https://docs.github.com/rest, with the permissions that each page names). What is not here is refused.
 */
export const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/issues",
    ...READ,
    answer: ({ state, query, ...rest }) => {
      const wanted = query.get("state") ?? "open";
      const names = (query.get("labels") ?? "").split(",").filter((name) => name !== "");
      const found = state.issues
        .filter((issue) => wanted === "all" || issue.state === wanted)
        .filter((issue) => names.every((name) => issue.labels.includes(name)));
      const sorted = query.get("direction") === "asc" ? found : found.toReversed();
      return { status: 200, isList: true, body: sorted.map((issue) => issueBody(issue, rest)) };
    },
  },
  {
    method: "POST",
    path: "/issues",
    ...WRITE,
    answer: ({ state, body, user, ...rest }) => {
      const { title, body: content = "", labels = [] } = newIssue.parse(body);
      const number = state.nextNumber++;
      const issue: GitHubIssue = { number, isPull: false, title, body: content, state: "open", labels, user };
      state.issues.push(issue);
      makeLabels(state, labels);
      return { status: 201, body: issueBody(issue, rest) };
    },
  },
  {
    method: "GET",
    path: "/issues/:number",
    ...READ,
    answer: ({ state, params, ...rest }) => {
      const issue = state.issues.find(({ number }) => String(number) === params.number);
      return issue === undefined ? notFound : { status: 200, body: issueBody(issue, rest) };
    },
  },
  {
    method: "PATCH",
    path: "/issues/:number",
    ...WRITE,
    answer: ({ state, params, body, ...rest }) => {
      const issue = state.issues.find(({ number }) => String(number) === params.number);
      if (issue === undefined) return notFound;
      const { state_reason: _reason, ...changes } = changedIssue.parse(body);
      Object.assign(
        issue,
        Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
      );
      makeLabels(state, issue.labels);
      return { status: 200, body: issueBody(issue, rest) };
    },
  },
  {
    method: "GET",
    path: "/issues/:number/comments",
    ...READ,
    answer: ({ state, params, ...rest }) => ({
      status: 200,
      isList: true,
      body: commentsOn(state, Number(params.number)).map((each) => commentBody(each, rest)),
    }),
  },
  {
    method: "POST",
    path: "/issues/:number/comments",
    ...WRITE,
    answer: ({ state, params, body, user, ...rest }) => {
      const issue = Number(params.number);
      if (!state.issues.some(({ number }) => number === issue)) return notFound;
      const made: GitHubComment = {
        id: state.nextId++,
        issue,
        body: comment.parse(body).body,
        user,
        edits: 0,
      };
      state.comments.push(made);
      return { status: 201, body: commentBody(made, rest) };
    },
  },
  {
    method: "PATCH",
    path: "/issues/comments/:id",
    rights: ["issues:write", "pull-requests:write"],
    answer: ({ state, params, body, ...rest }) => {
      const found = state.comments.find(({ id }) => String(id) === params.id);
      if (found === undefined) return notFound;
      found.body = comment.parse(body).body;
      found.edits++;
      return { status: 200, body: commentBody(found, rest) };
    },
  },
  {
    method: "GET",
    path: "/issues/:number/labels",
    ...READ,
    answer: ({ state, params }) => {
      const issue = state.issues.find(({ number }) => String(number) === params.number);
      if (issue === undefined) return notFound;
      return { status: 200, isList: true, body: issue.labels.map((name) => ({ name })) };
    },
  },
  {
    method: "POST",
    path: "/labels",
    ...WRITE,
    answer: ({ state, body }) => {
      const { name } = newLabel.parse(body);
      if (state.labels.some((label) => label.name === name)) return alreadyExists("Label", "name");
      state.labels.push({ name });
      return { status: 201, body: { name } };
    },
  },
  {
    method: "GET",
    path: "/labels/:name",
    ...READ,
    answer: ({ state, params }) => {
      const label = state.labels.find(({ name }) => name === params.name);
      return label === undefined ? notFound : { status: 200, body: label };
    },
  },
  {
    method: "GET",
    path: "/pulls/:number",
    rights: ["pull-requests:read"],
    answer: ({ state, params, ...rest }) => {
      const pull = state.pulls.find(({ number }) => String(number) === params.number);
      return pull === undefined ? notFound : { status: 200, body: pullBody(pull, state, rest) };
    },
  },
  {
    method: "GET",
    path: "/commits/:sha/pulls",
    rights: ["pull-requests:read"],
    answer: ({ state, params, ...rest }) => ({
      status: 200,
      isList: true,
      body: state.pulls
        .filter(({ mergedSha, headSha }) => mergedSha === params.sha || headSha === params.sha)
        .map((pull) => pullBody(pull, state, rest)),
    }),
  },
];

type Place = Pick<RouteContext, "repository" | "origin">;

function issueBody(issue: GitHubIssue, { repository, origin }: Place) {
  const { number, title, body, state, user } = issue;
  return {
    number,
    title,
    body,
    state,
    user: { login: user },
    labels: issue.labels.map((name) => ({ name })),
    html_url: `${origin}/${repository}/issues/${number}`,
    ...(issue.isPull && { pull_request: { url: `${origin}/repos/${repository}/pulls/${number}` } }),
  };
}

function commentBody({ id, issue, body, user }: GitHubComment, { repository, origin }: Place) {
  return {
    id,
    body,
    user: { login: user },
    html_url: `${origin}/${repository}/issues/${issue}#issuecomment-${id}`,
  };
}

/** A pull request as the API and the event of a run tell of it. */
export function pullBody(pull: GitHubPull, state: GitHubState, { repository, origin }: Place) {
  const issue = state.issues.find(({ number }) => number === pull.number);
  return {
    number: pull.number,
    title: issue?.title,
    body: issue?.body,
    state: issue?.state,
    labels: (issue?.labels ?? []).map((name) => ({ name })),
    user: { login: issue?.user },
    merged: pull.mergedSha !== null,
    merged_at: pull.mergedSha === null ? null : "2026-03-02T08:00:00Z",
    merge_commit_sha: pull.mergedSha,
    head: {
      ref: pull.headRef,
      sha: pull.headSha,
      repo: { full_name: pull.headRepository, fork: pull.headRepository !== repository },
    },
    base: { ref: pull.baseRef, repo: { full_name: repository } },
    html_url: `${origin}/${repository}/pull/${pull.number}`,
  };
}

function makeLabels(state: GitHubState, names: readonly string[]): void {
  for (const name of names)
    if (!state.labels.some((label) => label.name === name)) state.labels.push({ name });
}

function alreadyExists(resource: string, field: string): Answer {
  return {
    status: 422,
    body: { message: "Validation Failed", errors: [{ resource, field, code: "already_exists" }] },
  };
}
