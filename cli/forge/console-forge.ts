import type { Terminal } from "../terminal.ts";
import type { Forge, ForgeIssue } from "./forge.ts";
import type { Review, Reviews } from "./reviews.ts";

/** Nobody but who sits at the terminal: says what a pipeline would have shown, and where. */
export class ConsoleForge implements Forge, Reviews {
  readonly #terminal: Pick<Terminal, "err">;

  constructor(terminal: Pick<Terminal, "err">) {
    this.#terminal = terminal;
  }

  async upsertComment(key: string): Promise<void> {
    this.#terminal.err(`By hand: no pull request is told (${key}).`);
  }

  async upsertIssue(key: string, { title }: ForgeIssue): Promise<void> {
    this.#terminal.err(`By hand: no issue is opened (${key}: ${title}).`);
  }

  async readIssue(): Promise<string | undefined> {
    return undefined;
  }

  async commentIssue(): Promise<void> {}

  async closeIssue(): Promise<void> {}

  async appendSummary(): Promise<void> {}

  async reviewOf(): Promise<Review | undefined> {
    return undefined;
  }
}
