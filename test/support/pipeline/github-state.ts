/** What the emulated GitHub remembers of one repository. Plain data. */
export interface GitHubState {
  /** Issues and pull requests count together. */
  nextNumber: number;
  nextId: number;
  issues: GitHubIssue[];
  pulls: GitHubPull[];
  comments: GitHubComment[];
  labels: { name: string }[];
  artifacts: GitHubArtifact[];
  runs: GitHubRun[];
}

/** An issue, or what a pull request has in common with one. */
export interface GitHubIssue {
  number: number;
  isPull: boolean;
  title: string;
  body: string;
  state: "open" | "closed";
  labels: string[];
  user: string;
}

export interface GitHubPull {
  number: number;
  headRef: string;
  headSha: string;
  baseRef: string;
  /** Where the branch is: this repository or a fork. */
  headRepository: string;
  mergedSha: string | null;
}

export interface GitHubComment {
  id: number;
  issue: number;
  body: string;
  user: string;
  /** How often it was edited. */
  edits: number;
}

export interface GitHubArtifact {
  id: number;
  name: string;
  runId: number;
  headSha: string;
  /** The files, by path. */
  files: Record<string, string>;
}

export interface GitHubRun {
  id: number;
  workflow: string;
  event: string;
  headSha: string;
  conclusion: string | null;
}

export function emptyGitHub(): GitHubState {
  return {
    nextNumber: 1,
    nextId: 1001,
    issues: [],
    pulls: [],
    comments: [],
    labels: [],
    artifacts: [],
    runs: [],
  };
}

/** The issue or pull request of a number. @throws Error if there is none. */
export function issueOf(state: GitHubState, number: number): GitHubIssue {
  const found = state.issues.find((issue) => issue.number === number);
  if (found === undefined) throw new Error(`there is no issue #${number}`);
  return found;
}

/** The comments on an issue or pull request, oldest first. */
export function commentsOn(state: GitHubState, number: number): GitHubComment[] {
  return state.comments.filter(({ issue }) => issue === number);
}
