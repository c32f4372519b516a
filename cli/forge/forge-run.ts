import type { Forge } from "./forge.ts";
import type { PullRequest } from "./github-event.ts";
import type { Reviews } from "./reviews.ts";

/** A run of a pipeline, or of a person at a terminal: what it is about, and where it tells people. */
export interface ForgeRun {
  readonly forge: Forge & Reviews;
  /** Whether a pipeline runs it. */
  readonly isPipeline: boolean;
  readonly pullRequest: PullRequest | undefined;
  /** The commit that is checked out; undefined by hand. */
  readonly commit: string | undefined;
  /** Where this run's log is; undefined by hand. */
  readonly url: string | undefined;
  /** Where a file of this repository can be read. By hand: its path. */
  fileUrl(path: string): string;
}
