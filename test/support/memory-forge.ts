import { CommandError } from "../../cli/exit-codes.ts";
import type { Forge, ForgeIssue } from "../../cli/forge/forge.ts";
import { hasKey, withKey } from "../../cli/forge/hidden-key.ts";

interface MemoryIssue {
  key: string;
  title: string;
  body: string;
  open: boolean;
  comments: string[];
}

/** A forge that keeps everything in memory, as GitHub would: of a key there is one open issue at most. */
export class MemoryForge implements Forge {
  readonly issues: MemoryIssue[] = [];
  readonly summary: string[] = [];
  /** The right that is wanting for everything but the summary. */
  refusal: string | undefined;

  async upsertComment(): Promise<void> {
    this.#check();
  }

  async upsertIssue(key: string, { title, body }: ForgeIssue): Promise<void> {
    this.#check();
    const written = withKey(key, body);
    if (written.length > 65_536) throw new Error(`the body has ${written.length} characters`);
    const found = this.#openIssue(key);
    if (found === undefined) this.issues.push({ key, title, body: written, open: true, comments: [] });
    else Object.assign(found, { title, body: written });
  }

  async readIssue(key: string): Promise<string | undefined> {
    this.#check();
    return this.#openIssue(key)?.body;
  }

  async commentIssue(key: string, markdown: string): Promise<void> {
    this.#check();
    this.#openIssue(key)?.comments.push(markdown);
  }

  async closeIssue(key: string, comment: string): Promise<void> {
    this.#check();
    const found = this.#openIssue(key);
    if (found === undefined) return;
    found.comments.push(comment);
    found.open = false;
  }

  async appendSummary(markdown: string): Promise<void> {
    this.summary.push(markdown);
  }

  /** Titles of the open issues, by key. */
  get open(): Record<string, string> {
    return Object.fromEntries(this.issues.filter(({ open }) => open).map(({ key, title }) => [key, title]));
  }

  #openIssue(key: string): MemoryIssue | undefined {
    return this.issues.find((issue) => issue.open && issue.key === key && hasKey(issue.body, key));
  }

  #check(): void {
    if (this.refusal !== undefined) throw new CommandError(this.refusal);
  }
}
