import { deterministicId } from "../events/deterministic-id.ts";
import { dueDeliveries, isSomethingToPost, unaskedWebhooks } from "../events/due-posts.ts";
import type { OutboxEntry } from "../events/state.ts";
import { recordAttempt } from "../events/webhook-delivery.ts";
import { askWebhook, postDelivery } from "../events/webhook-post.ts";
import type { WatchedStore } from "../host/watched-store.ts";
import { isoSeconds } from "../iso-time.ts";
import { runUntil } from "./settle.ts";

/** What moving the clock did. */
export interface AdvanceReport {
  fromMs: number;
  toMs: number;
  /** What was sent to people and services on the way, in order. */
  messages: OutboxEntry[];
}

/** The clock was to go back, and nobody said that it may. */
export class BackwardsError extends Error {
  override readonly name = "BackwardsError";
}

/** Moves the sandbox's time, and does what cannot be pure: posts to webhooks on this machine. */
export class Timeline {
  readonly #store: WatchedStore;
  readonly #stopWatching: () => void;
  /** One thing at a time: what is under way, and what waits. Never rejects. */
  #queue: Promise<unknown> = Promise.resolve();
  #postsQueued = false;

  constructor(store: WatchedStore) {
    this.#store = store;
    this.#stopWatching = store.onChange(() => this.#queuePosts());
  }

  /** @param byMs not negative */
  advance(byMs: number): Promise<AdvanceReport> {
    return this.#enqueue(() => this.#forwardTo(this.#store.state.clock.nowMs + byMs));
  }

  /** @throws BackwardsError if `toMs` has passed and `allowBackwards` is not set. */
  advanceTo(
    toMs: number,
    { allowBackwards = false }: { allowBackwards?: boolean } = {},
  ): Promise<AdvanceReport> {
    return this.#enqueue(async () => {
      const { nowMs } = this.#store.state.clock;
      if (toMs >= nowMs) return this.#forwardTo(toMs);
      if (!allowBackwards) {
        throw new BackwardsError(
          `It is ${isoSeconds(nowMs)} in the sandbox: ${isoSeconds(toMs)} has passed. ` +
            "Moving the clock back must be asked for (--allow-backwards).",
        );
      }
      await this.#store.update((draft) => {
        draft.clock.nowMs = toMs;
        const memories = [...Object.values(draft.events.metricRules), ...Object.values(draft.logs.rules)];
        for (const memory of memories) {
          memory.evaluatedMs = Math.min(memory.evaluatedMs, toMs);
        }
      });
      return { fromMs: nowMs, toMs, messages: [] };
    });
  }

  /** Waits until everything is posted that is due now. */
  async settled(): Promise<void> {
    await this.#enqueue(() => this.#post());
  }

  /** Waits for what is under way; nothing begins any more. */
  async close(): Promise<void> {
    this.#stopWatching();
    await this.#queue;
  }

  #enqueue<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(action);
    this.#queue = result.catch(() => {});
    return result;
  }

  #queuePosts(): void {
    if (this.#postsQueued || !isSomethingToPost(this.#store.state)) return;
    this.#postsQueued = true;
    void this.#enqueue(async () => {
      this.#postsQueued = false;
      await this.#post();
    }).catch(() => {}); // the store is closing: it is all still there at the next start
  }

  async #forwardTo(toMs: number): Promise<AdvanceReport> {
    const { clock, events } = this.#store.state;
    await this.#post();
    do {
      await this.#store.evolve((state) => runUntil(state, toMs));
      await this.#post();
    } while (this.#store.state.clock.nowMs < toMs);
    const messages = this.#store.state.events.outbox.filter(({ id }) => id > events.lastOutboxId);
    return { fromMs: clock.nowMs, toMs, messages };
  }

  /** Posts everything that is due, asking first where nobody has asked yet. */
  async #post(): Promise<void> {
    while (isSomethingToPost(this.#store.state)) {
      await this.#askNewWebhooks();
      for (const delivery of dueDeliveries(this.#store.state)) {
        const refused = delivery.subscription !== null && !this.#isWanted(delivery.subscription);
        // 400 is what ends a delivery for good, as a refused handshake does.
        const result = refused ? { status: 400 } : await postDelivery(delivery);
        await this.#store.update((draft) => {
          recordAttempt(draft.events, delivery.outboxId, result, draft.clock.nowMs);
        });
      }
    }
  }

  #isWanted(subscription: string): boolean {
    return this.#store.state.events.subscriptions[subscription]?.endpoint?.wanted ?? false;
  }

  async #askNewWebhooks(): Promise<void> {
    const { state } = this.#store;
    for (const { subscription, url } of unaskedWebhooks(state)) {
      const time = isoSeconds(state.clock.nowMs);
      const validationCode = deterministicId("validation", subscription.key, time);
      const refusal = await askWebhook(subscription, url, { validationCode, time });
      await this.#store.update((draft) => {
        const memory = draft.events.subscriptions[subscription.key];
        if (memory !== undefined) memory.endpoint = { url, wanted: refusal === undefined };
      });
    }
  }
}
