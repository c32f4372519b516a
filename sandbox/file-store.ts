import { mkdir, readFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Draft, freeze } from "immer";
import { z } from "zod";
import { type FileLock, tryLockFile } from "../tools/file-lock.ts";
import { writeFileAtomically } from "./atomic-file.ts";
import { completed, type State } from "./state.ts";
import { applied, type Store } from "./store.ts";

/** The version of the state's form that this code reads and writes. */
const SCHEMA_VERSION = 1;

/** How a store came by its state. */
export type StoreOrigin =
  | { kind: "new" }
  | { kind: "resumed" }
  /** The file could not be understood: it was kept under another name and a new state begun. */
  | { kind: "replaced"; keptAs: string; reason: string };

/** The state file cannot be used: somebody else uses it, or a newer version wrote it. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: "locked" | "newer-schema" | "closed";

  constructor(code: StoreError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

export interface FileStoreArgs {
  /** Folder of `state.json`; made if it is missing. */
  folder: string;
  /** The state of a new sandbox. */
  initial: () => State;
}

/**
 * A store in one JSON file (mode 0600) that is replaced as a whole, atomically. Updates that arrive
 * while a write is under way share the next one; each resolves only after the write that contains it.
 */
export class FileStore implements Store {
  readonly origin: StoreOrigin;
  readonly #path: string;
  readonly #lock: FileLock;
  #state: State;
  #onDisk: State | undefined;
  /** The write that has not begun yet: everything up to its beginning goes into it. */
  #queued: Promise<void> | undefined;
  /** The write under way, or the last one. Never rejects. */
  #inFlight: Promise<void> = Promise.resolve();
  #closed = false;

  private constructor(path: string, lock: FileLock, origin: StoreOrigin, state: State) {
    this.#path = path;
    this.#lock = lock;
    this.origin = origin;
    this.#state = freeze(state, true);
    this.#onDisk = origin.kind === "resumed" ? state : undefined;
  }

  /**
   * Takes the folder for this process and reads what is there.
   * @throws StoreError `locked` if another process has the folder; `newer-schema` if the file was
   *   written by a later version. Neither changes anything.
   */
  static async open({ folder, initial }: FileStoreArgs): Promise<FileStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, "state.json");
    const lock = tryLockFile(join(folder, "state.lock"));
    if (lock === undefined) {
      throw new StoreError("locked", `Another sandbox is using ${path}. Stop it, or choose another folder.`);
    }
    try {
      const read = await readState(path);
      const origin: StoreOrigin =
        read.kind === "unreadable"
          ? { kind: "replaced", keptAs: await setAside(path), reason: read.reason }
          : { kind: read.kind };
      const store = new FileStore(path, lock, origin, read.kind === "resumed" ? read.state : initial());
      await store.#durable();
      return store;
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get state(): State {
    return this.#state;
  }

  async update<T>(change: (draft: Draft<State>) => T): Promise<T> {
    if (this.#closed)
      throw new StoreError("closed", "The sandbox is stopping: nothing can be changed any more.");
    const { state, result } = applied(this.#state, change);
    this.#state = state;
    await this.#durable();
    return result;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#durable();
    } finally {
      this.#lock.release();
    }
  }

  /** Resolves when what `#state` is now has reached the disk. A failed write fails all who share it. */
  #durable(): Promise<void> {
    if (this.#state === this.#onDisk) return Promise.resolve();
    if (this.#queued === undefined) {
      this.#queued = this.#inFlight.then(async () => {
        this.#queued = undefined;
        const state = this.#state;
        await writeFileAtomically(this.#path, JSON.stringify(state));
        this.#onDisk = state;
      });
      this.#inFlight = this.#queued.catch(() => {});
    }
    return this.#queued;
  }
}

type ReadState = { kind: "new" } | { kind: "resumed"; state: State } | { kind: "unreadable"; reason: string };

/** Enough of the state's form to tell it from anything else that might stand in the file. */
const stateForm = z.looseObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  clock: z.looseObject({ nowMs: z.number() }),
  entra: z.looseObject({}),
  arm: z.looseObject({}),
  keyVault: z.looseObject({}),
  events: z.looseObject({}),
  faults: z.looseObject({}),
  host: z.looseObject({}),
});

async function readState(path: string): Promise<ReadState> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { kind: "new" };
    throw error;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which holds secrets.
    return { kind: "unreadable", reason: "it is not JSON" };
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === "number" && version > SCHEMA_VERSION) {
    throw new StoreError(
      "newer-schema",
      `${path} was written by a newer Keyturn (schemaVersion ${version}; this one knows ${SCHEMA_VERSION}). ` +
        "Use that version, or choose another folder.",
    );
  }
  const form = stateForm.safeParse(value);
  if (!form.success) {
    const where = form.error.issues.map((issue) => issue.path.join(".") || "the whole").join(", ");
    return { kind: "unreadable", reason: `it is not a sandbox's state (look at: ${where})` };
  }
  return { kind: "resumed", state: completed(value as State) };
}

/** Renames the file to the first free `….corrupt-<n>`; returns that name. */
async function setAside(path: string): Promise<string> {
  for (let n = 1; ; n++) {
    const keptAs = `${path}.corrupt-${n}`;
    if (!(await exists(keptAs))) {
      await rename(path, keptAs);
      return keptAs;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
