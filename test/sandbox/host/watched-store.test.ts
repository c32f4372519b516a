import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reaction, WatchedStore } from "../../../sandbox/host/watched-store.ts";
import { initialState, type State } from "../../../sandbox/state.ts";
import { MemoryStore } from "../../../sandbox/store.ts";

function watched(react: Reaction = (_before, after) => after) {
  const inner = new MemoryStore(
    initialState({ nowMs: 0, tenantId: "tenant", subscriptionId: "subscription" }),
  );
  return { inner, store: new WatchedStore(inner, react) };
}

/** Doubles the clock on every change of it. */
const doubling: Reaction = (before, after) =>
  before.clock === after.clock ? after : { ...after, clock: { nowMs: after.clock.nowMs * 2 } };

test("what follows from a change is part of the same update", async () => {
  const { inner, store } = watched(doubling);
  const seen: number[] = [];
  store.onChange(({ clock }) => void seen.push(clock.nowMs));
  const result = await store.update((draft) => {
    draft.clock.nowMs = 5;
    return "answer";
  });
  assert.equal(result, "answer");
  assert.equal(inner.state.clock.nowMs, 10);
  assert.deepEqual(seen, [10], "nobody ever saw the change without what followed");
});

test("a change that throws, or one whose consequences throw, changes nothing and tells nobody", async () => {
  const { store } = watched((before, after) => {
    if (before.clock !== after.clock) throw new Error("no consequences");
    return after;
  });
  store.onChange(() => assert.fail("nothing changed"));
  const before = store.state;
  await assert.rejects(
    store.update((draft) => {
      draft.host.ports = { https: 1, smtp: 0, providers: {} };
      throw new Error("no change");
    }),
    { message: "no change" },
  );
  await assert.rejects(
    store.update((draft) => {
      draft.clock.nowMs = 5;
    }),
    { message: "no consequences" },
  );
  assert.equal(store.state, before);
});

test("an update that changes nothing tells nobody", async () => {
  const { store } = watched();
  store.onChange(() => assert.fail("nothing changed"));
  await store.update((draft) => {
    draft.clock.nowMs = 0;
  });
});

test("evolving replaces the state without further consequences", async () => {
  const { store } = watched(doubling);
  const seen: State[] = [];
  const stop = store.onChange((state) => void seen.push(state));
  await store.evolve((state) => ({ ...state, clock: { nowMs: 7 } }));
  assert.equal(store.state.clock.nowMs, 7);
  assert.equal(seen.length, 1);
  stop();
  await store.evolve((state) => ({ ...state, clock: { nowMs: 8 } }));
  assert.equal(seen.length, 1, "who has stopped listening hears no more");
});

test("readers beside a stale one see the newest state", async () => {
  const { store } = watched();
  const set = (https: number) =>
    store.update((draft) => {
      draft.host.ports = { https, smtp: 0, providers: {} };
    });
  const port = () => store.state.host.ports?.https;
  await set(1);
  await set(2);
  const [stale, fresh] = await Promise.all([
    store.withStaleView({ updates: 1 }, async () => {
      await Promise.resolve();
      return port();
    }),
    (async () => {
      await Promise.resolve();
      return port();
    })(),
  ]);
  assert.deepEqual([stale, fresh], [1, 2]);
});
