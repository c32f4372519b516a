/** An issue (GitHub) or work item (Azure DevOps) that Keyturn keeps up to date. */
export interface ForgeIssue {
  readonly title: string;
  /** Markdown, without the hidden key: the forge adds that. */
  readonly body: string;
  readonly labels: readonly string[];
}

/**
 * What a forge (GitHub, Azure DevOps) shows people of a pipeline's run: the comment on a pull request, issues, the
 * summary of the run. Everything is found again by a `key` that is hidden in its text, so that a second run edits
 * what the first one wrote. Rejects with a `CommandError` that says what was refused and which right it takes.
 */
export interface Forge {
  /** Makes the one comment of `key` on this run's pull request, or edits it. */
  upsertComment(key: string, markdown: string): Promise<void>;
  /** Opens the one issue of `key`, or edits the open one. A closed one stays closed: a new one is opened. */
  upsertIssue(key: string, issue: ForgeIssue): Promise<void>;
  /** The open issue's body, as it was written under `key`; undefined if there is none. */
  readIssue(key: string): Promise<string | undefined>;
  /** Adds a comment to the open issue of `key`, which tells those who follow it; does nothing if there is none. */
  commentIssue(key: string, markdown: string): Promise<void>;
  /** Closes the open issue of `key` with a last comment; does nothing if there is none. */
  closeIssue(key: string, comment: string): Promise<void>;
  /** Adds to the summary page of this run. */
  appendSummary(markdown: string): Promise<void>;
}
