/** A pull request that was merged, as far as a deployment has to know it. */
export interface Review {
  readonly number: number;
  readonly url: string;
  /** The last commit of its branch: what people looked at. */
  readonly head: string;
  /** The comment that Keyturn itself wrote under the asked key, its hidden parts included; undefined if there is none. */
  readonly comment: string | undefined;
}

/** What was said about a commit before it was merged. */
export interface Reviews {
  /**
   * The pull request that brought `commit`, and the comment of `key` on it; undefined if no pull request did.
   * Comments that anybody else wrote are not looked at.
   */
  reviewOf(commit: string, key: string): Promise<Review | undefined>;
}
