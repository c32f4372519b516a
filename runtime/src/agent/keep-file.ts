import { halfJitterDelayMs } from "../backoff.ts";
import type { ClientSecret } from "../client-secret.ts";
import { type AgentHost, AgentLog } from "./host.ts";
import { describeSecret } from "./secret-feed.ts";
import { writeSecretFile } from "./write-secret-file.ts";

/** Waits between attempts to write: a full disk, a folder that is not mounted yet. */
const retries = { firstMs: 1_000, longestMs: 60_000 };

/** A file that always holds the newest secret it was given; a write that fails is repeated until it succeeds. */
export class KeptFile {
  readonly #path: string;
  readonly #mode: number;
  readonly #host: AgentHost;
  readonly #log: AgentLog;
  readonly #onWritten: (secret: ClientSecret) => void;
  #wanted: ClientSecret | undefined;
  #failures = 0;
  #cancelRetry: () => void = () => {};
  #writing: Promise<void> = Promise.resolve();

  /** @param onWritten is called after each write that succeeded. */
  constructor(
    settings: { readonly path: string; readonly mode: number; readonly json: boolean },
    host: AgentHost,
    onWritten: (secret: ClientSecret) => void = () => {},
  ) {
    this.#path = settings.path;
    this.#mode = settings.mode;
    this.#host = host;
    this.#log = new AgentLog(host, settings.json);
    this.#onWritten = onWritten;
  }

  /**
   * Writes the secret.
   *
   * @throws what the system says, if the first attempt failed; it is repeated nevertheless.
   */
  write(secret: ClientSecret): Promise<void> {
    this.#wanted = secret;
    const attempt = this.#writing.catch(() => {}).then(() => this.#attempt(secret));
    this.#writing = attempt;
    return attempt;
  }

  /** Stops repeating, and waits for a write under way. */
  async close(): Promise<void> {
    this.#cancelRetry();
    this.#wanted = undefined;
    await this.#writing.catch(() => {});
    this.#cancelRetry();
  }

  async #attempt(secret: ClientSecret): Promise<void> {
    this.#cancelRetry();
    try {
      await writeSecretFile(this.#path, secret.reveal(), this.#mode);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
      this.#log.tell("write-failed", `cannot write ${this.#path} (${code}); trying again`, {
        path: this.#path,
        code,
      });
      const delayMs = halfJitterDelayMs(this.#failures, retries, this.#host.random);
      this.#failures++;
      this.#cancelRetry = this.#host.clock.setTimer(() => this.#retry(), delayMs);
      throw error;
    }
    this.#failures = 0;
    this.#log.tell("file-written", `wrote ${this.#path}: ${describeSecret(secret)}`, {
      path: this.#path,
      version: secret.info.version,
      generation: secret.info.generation,
    });
    this.#onWritten(secret);
  }

  #retry(): void {
    if (this.#wanted !== undefined) {
      this.write(this.#wanted).catch(() => {}); // Told, and tried again.
    }
  }
}
