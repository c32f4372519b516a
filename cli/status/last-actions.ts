import type { CredentialOutput } from "../../infra/credential-output.ts";

/** Something that was done with a credential. */
export interface LastAction {
  /** Null: before, at a time that nobody wrote down. */
  at: string | null;
  what: string;
}

/**
 * What was done last, the latest first, as far as the published tags and the stack remember it. The vault's own
 * list of versions goes back further.
 */
export function lastActionsOf(output: CredentialOutput): LastAction[] {
  const { current, previous, failure, retiredGeneration, tags, requests = [] } = output;
  const actions: LastAction[] = [];
  if (current !== undefined) {
    const asked = tags?.request === undefined ? "" : `, as request ${tags.request} asked for`;
    const before =
      tags?.previousGeneration === undefined ? "" : ` in place of generation ${tags.previousGeneration}`;
    // The third of these dates is the publication's own; after a rollback the published secret is older than that.
    const at = tags?.previousDates?.split("/").at(2) ?? current.createdAt;
    actions.push({ at, what: `published generation ${current.generation}${before}${asked}` });
  }
  if (failure !== undefined) {
    const { lastAttemptAt, generation, reason } = failure;
    actions.push({ at: lastAttemptAt, what: `generation ${generation} failed verification: ${reason}` });
  }
  if (retiredGeneration !== undefined && previous === undefined) {
    actions.push({ at: null, what: `deleted generation ${retiredGeneration}` });
  }
  const older = requests.filter((id) => id !== tags?.request);
  if (older.length > 0) actions.push({ at: null, what: `carried out requests ${older.join(", ")}` });
  return actions.toSorted((x, y) => (y.at ?? "").localeCompare(x.at ?? ""));
}
