/** What a preview was of, hidden in its comment, so that a deployment can tell whether it is the one that was reviewed. */
export interface ReviewRecord {
  /** The last commit of the pull request's branch. */
  head: string;
  /** Of the preview's effects. */
  digest: string;
}

const FORM = /^<!-- keyturn-reviewed head=([0-9a-f]{40,64}) digest=(sha256:[0-9a-f]{32}) -->$/;

/** Whether `text` is a digest as previews print it. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{32}$/.test(text);
}

/** The hidden line. */
export function reviewRecordLine({ head, digest }: ReviewRecord): string {
  return `<!-- keyturn-reviewed head=${head} digest=${digest} -->`;
}

/**
 * The record in a comment; undefined if it has none, which is so for a preview that failed. Only the beginning counts,
 * where nothing can stand that a preview quotes.
 */
export function reviewRecordIn(comment: string): ReviewRecord | undefined {
  for (const line of comment.split(/\r?\n/)) {
    if (!line.startsWith("<!-- ")) return undefined;
    const [, head, digest] = FORM.exec(line) ?? [];
    if (head !== undefined && digest !== undefined) return { head, digest };
  }
  return undefined;
}

/** The comment of a stack's preview, by the forge's key. Two dashes in a row would end the comment that hides it. */
export function previewKey(stack: string): string {
  return `preview/${stack.replaceAll(/-(?=-)/g, "-.")}`;
}
