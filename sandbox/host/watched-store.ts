import { AsyncLocalStorage } from "node:async_hooks";
import type { Draft } from "immer";
import type { State } from "../state.ts";
import { applied, type Store } from "../store.ts";

/**
 * What follows from a change at once, in the same update: given the state before and after it, the state
 * with the consequences. Pure.
 */
export type Reaction = (before: State, after: State) => State;

/** How far back a reader is put. */
export type Staleness = { updates: number } | { ageMs: number };

interface StaleView {
  /** Undefined: the newest. */
  state: State | undefined;
}

/** How many earlier states are kept for stale reads. They share everything that did not change. */
const HISTORY_LENGTH = 500;

/**
 * A store that others can watch: consequences are part of each update, listeners hear of it, and a reader
 * can be shown an earlier state.
 */
export class WatchedStore implements Store {
  readonly #inner: Store;
  readonly #react: Reaction;
  readonly #listeners = new Set<(state: State) => void>();
  /** Oldest first; the last one is the newest state. */
  readonly #history: State[];
  readonly #view = new AsyncLocalStorage<StaleView>();

  constructor(inner: Store, react: Reaction) {
    this.#inner = inner;
    this.#react = react;
    this.#history = [inner.state];
  }

  /** The newest state; inside `withStaleView` an older one, with today's clock. */
  get state(): State {
    return this.#view.getStore()?.state ?? this.#inner.state;
  }

  async update<T>(change: (draft: Draft<State>) => T): Promise<T> {
    const before = this.#inner.state;
    const { state: after, result } = applied(before, change);
    await this.#replace(before, this.#react(before, after));
    return result;
  }

  /** Replaces the state by what `next` makes of it. Unlike an update it has no other consequences. */
  async evolve(next: (state: State) => State): Promise<void> {
    const before = this.#inner.state;
    await this.#replace(before, next(before));
  }

  /** Puts `after` in the place of the newest state, `before`, at once; resolves when that is durable. */
  #replace(before: State, after: State): Promise<void> {
    const view = this.#view.getStore();
    if (view !== undefined) view.state = undefined;
    const durable = this.#inner.update((draft) => replaceSlices(draft, before, after));
    const { state } = this.#inner;
    if (state !== before) {
      this.#history.push(state);
      if (this.#history.length > HISTORY_LENGTH) this.#history.shift();
      for (const listener of this.#listeners) listener(state);
    }
    return durable;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  /** Calls `listener` after every change; returns what ends that. */
  onChange(listener: (state: State) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Runs `read` so that whatever it asks the store for is as it was `updates` updates ago, or `ageMs` of
   * sandbox time ago; as far back as is known, if that is less. What it writes goes into the newest state,
   * which is also what it sees from then on: everybody reads at least their own writes.
   */
  withStaleView<T>(staleness: Staleness, read: () => Promise<T>): Promise<T> {
    const { clock } = this.#inner.state;
    return this.#view.run({ state: { ...this.#past(staleness), clock } }, read);
  }

  #past(staleness: Staleness): State {
    const oldest = this.#history[0] ?? this.#inner.state;
    if ("updates" in staleness) return this.#history.at(-1 - staleness.updates) ?? oldest;
    const untilMs = this.#inner.state.clock.nowMs - staleness.ageMs;
    return this.#history.findLast((state) => state.clock.nowMs <= untilMs) ?? oldest;
  }
}

function replaceSlices(draft: Draft<State>, before: State, after: State): void {
  for (const [name, slice] of Object.entries(after)) {
    if (slice !== before[name as keyof State]) Object.assign(draft, { [name]: slice });
  }
}
