import type { Draft } from "immer";
import { enableMapSet, freeze, produce, setAutoFreeze } from "immer";
import type { State } from "./state.ts";

/**
 * The one state behind every face of the sandbox. A reader takes `state` (an immutable snapshot, cheap
 * to hold); a writer passes `update` a function that changes a draft of it.
 */
export interface Store {
  /** The newest state, including changes that are not on disk yet. */
  readonly state: State;
  /**
   * Applies `change` at once and resolves when the result is durable, so that an answer given after
   * `await update(…)` is never lost. If `change` throws, nothing has changed.
   */
  update<T>(change: (draft: Draft<State>) => T): Promise<T>;
  /** Waits for what is still being written. */
  close(): Promise<void>;
}

setAutoFreeze(true);
enableMapSet();

/** Applies `change` to `state`; returns the new state and what `change` returned. */
export function applied<T>(state: State, change: (draft: Draft<State>) => T): { state: State; result: T } {
  let result: T | undefined;
  const next = produce(state, (draft) => {
    result = change(draft);
  });
  return { state: next, result: result as T };
}

/** A store that forgets everything with the process: for tests. */
export class MemoryStore implements Store {
  #state: State;

  constructor(initial: State) {
    this.#state = freeze(initial, true);
  }

  get state(): State {
    return this.#state;
  }

  async update<T>(change: (draft: Draft<State>) => T): Promise<T> {
    const { state, result } = applied(this.#state, change);
    this.#state = state;
    return result;
  }

  async close(): Promise<void> {}
}
