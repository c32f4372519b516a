import { watch } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { OptionsCheck } from "../check-options.ts";
import { ClientSecret } from "../client-secret.ts";
import { type Clock, systemClock } from "../clock.ts";
import { SecretReadError } from "../errors.ts";
import type { ReadOptions, SecretSource } from "./secret-source.ts";

/** No client secret is longer; bytes. */
const longestFileBytes = 65_536;

export interface FileSourceOptions {
  /** The file's path. */
  readonly path: string;
  /**
   * How often the file is looked at besides being watched, because network and container file systems do not tell of
   * every change; milliseconds, default 10,000, from 100 to 3,600,000.
   */
  readonly pollIntervalMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * A secret in a file that something else replaces: the secrets store CSI driver, Kubernetes, `keyturn-agent file`.
 * Blanks and line breaks around the value are left out. The value read before counts as the previous one.
 *
 * @throws ConfigurationError naming every option that cannot be used.
 */
export function fileSource(options: FileSourceOptions): SecretSource {
  new OptionsCheck("Options of fileSource")
    .text("path", options.path, /^[^\0]+$/, "a path")
    .number("pollIntervalMs", options.pollIntervalMs, 100, 3_600_000)
    .done();
  return new FileSource(options.path, options.pollIntervalMs ?? 10_000, options.clock ?? systemClock);
}

class FileSource implements SecretSource {
  readonly description: string;
  readonly #path: string;
  readonly #pollIntervalMs: number;
  readonly #clock: Clock;
  #last: ClientSecret | undefined;
  #changes = 0;
  /** The file as it was when last looked at. */
  #seen: string | undefined;

  constructor(path: string, pollIntervalMs: number, clock: Clock) {
    this.description = `file ${path}`;
    this.#path = path;
    this.#pollIntervalMs = pollIntervalMs;
    this.#clock = clock;
  }

  async readCurrent({ signal }: ReadOptions): Promise<ClientSecret> {
    let text: string;
    this.#seen = await fingerprint(this.#path); // Before it is read: a change meanwhile will be noticed.
    try {
      const { size } = await stat(this.#path);
      if (size > longestFileBytes) {
        throw new SecretReadError(this.description, "malformed", { code: "too long" });
      }
      text = await readFile(this.#path, { encoding: "utf8", signal });
    } catch (error) {
      throw asReadError(this.description, error);
    }
    const value = text.trim();
    if (value === "" || value.includes("\0")) {
      throw new SecretReadError(this.description, "malformed", { code: "empty or not text" });
    }
    const found = new ClientSecret(value, { version: `file-${this.#changes + 1}` });
    if (this.#last === undefined || !this.#last.hasSameValueAs(found)) {
      this.#changes++;
      this.#last = found;
    }
    return this.#last;
  }

  /** Whether a change of that name in the folder may be one of the secret: the file, or Kubernetes' link to it. */
  #mayConcern(name: string | null): boolean {
    return name === null || name === basename(this.#path) || name.startsWith("..");
  }

  watch(onChange: () => void): () => void {
    // The folder, not the file: an atomic replacement and Kubernetes' change of a symbolic link are new files.
    let stopWatching = () => {};
    try {
      const watcher = watch(dirname(this.#path), { persistent: false }, (_event, name) => {
        if (this.#mayConcern(name)) {
          onChange();
        }
      });
      watcher.on("error", () => watcher.close()); // The folder went away, or watches ran out: looking remains.
      stopWatching = () => watcher.close();
    } catch {
      // As above.
    }
    let cancelTimer = () => {};
    let isOver = false;
    const look = () => {
      cancelTimer = this.#clock.setTimer(
        async () => {
          const seen = await fingerprint(this.#path);
          if (!isOver) {
            // A file that stays as it is, missing ones included, is left to the reader's own schedule.
            if (seen !== this.#seen) {
              this.#seen = seen;
              onChange();
            }
            look();
          }
        },
        this.#pollIntervalMs,
        { background: true },
      );
    };
    look();
    return () => {
      isOver = true;
      stopWatching();
      cancelTimer();
    };
  }
}

/** Tells whether a file is another one, or has other content, than before; says `missing` of one that is not there. */
async function fingerprint(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(" ");
  } catch {
    return "missing";
  }
}

function asReadError(source: string, error: unknown): SecretReadError {
  if (error instanceof SecretReadError) {
    return error;
  }
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return new SecretReadError(source, "missing", { code });
    case "EACCES":
    case "EPERM":
      return new SecretReadError(source, "forbidden", { code });
    case "EISDIR":
      return new SecretReadError(source, "malformed", { code });
    default:
      return new SecretReadError(source, "unavailable", { code });
  }
}
