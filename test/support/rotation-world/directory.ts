import { formatInstant } from "../../../infra/instant.ts";
import { Violation } from "./violation.ts";

/** A secret in Entra; its value is as good as its id. */
export interface Key {
  id: string;
  credential: number;
  displayName: string;
  createdAtMs: number;
  expiresAtMs: number;
  /** When it was deleted; infinite if it was not. */
  deletedAtMs: number;
  /** Until when whoever read it last is promised that it works. */
  promisedUntilMs: number;
  /** Why that promise does not count any more: an emergency, or somebody's mistake. */
  aside: string | undefined;
}

/** A version of a published secret. */
export interface Version {
  atMs: number;
  key: Key;
  tags: Record<string, string>;
  expiresAtMs: number;
  /** How long its readers are promised that it works. */
  overlapMs: number;
}

/** Entra's secrets and the vault's versions, as they are, whatever any stack knows of them; and the promises made. */
export class Directory {
  readonly keys = new Map<string, Key>();
  readonly #versions: Version[][];
  #made = 0;

  constructor(credentials: number) {
    this.#versions = Array.from({ length: credentials }, () => []);
  }

  key(id: string): Key {
    const key = this.keys.get(id);
    if (key === undefined) throw new Error(`no such key: ${id}`);
    return key;
  }

  current(credential: number): Version | undefined {
    return this.#versions[credential]?.at(-1);
  }

  /** The version before the current one, as a vault would show it that was set back. */
  older(credential: number): Version | undefined {
    return this.#versions[credential]?.at(-2);
  }

  create(credential: number, displayName: string, expiresAtMs: number, nowMs: number): Key {
    const id = `00000000-0000-4000-8000-${String(++this.#made).padStart(12, "0")}`;
    const key: Key = {
      ...{ id, credential, displayName, createdAtMs: nowMs, expiresAtMs },
      deletedAtMs: Number.POSITIVE_INFINITY,
      promisedUntilMs: Number.NEGATIVE_INFINITY,
      aside: undefined,
    };
    this.keys.set(id, key);
    return key;
  }

  /** Deletes a secret as Keyturn does, which may not break a promise. */
  delete(key: Key, nowMs: number): void {
    if (key.deletedAtMs !== Number.POSITIVE_INFINITY) return;
    key.deletedAtMs = nowMs;
    if (key.aside !== undefined || nowMs >= key.expiresAtMs) return;
    if (this.current(key.credential)?.key === key) {
      throw new Violation(
        "2 readable means usable for the overlap",
        `${key.displayName} was deleted while it was published`,
      );
    }
    if (nowMs < key.promisedUntilMs) {
      throw new Violation(
        "2 readable means usable for the overlap",
        `${key.displayName} was deleted on ${formatInstant(nowMs)}, but is promised until ${formatInstant(key.promisedUntilMs)}`,
      );
    }
  }

  publish(credential: number, version: Version): void {
    const before = this.current(credential);
    if (before !== undefined && before.key !== version.key) {
      before.key.promisedUntilMs = Math.max(before.key.promisedUntilMs, version.atMs + before.overlapMs);
    }
    this.#versions[credential]?.push(version);
  }

  /** The secrets of an application. */
  alive(credential: number): Key[] {
    return [...this.keys.values()].filter(
      (key) => key.credential === credential && key.deletedAtMs === Number.POSITIVE_INFINITY,
    );
  }
}

/** Whether Entra accepts a secret. */
export function works(key: Key, nowMs: number): boolean {
  return nowMs < invalidAtMs(key);
}

export function invalidAtMs(key: Key): number {
  return Math.min(key.deletedAtMs, key.expiresAtMs);
}
