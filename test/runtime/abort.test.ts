import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { abortable, delay, linkSignals, listenForAbort } from "../../runtime/src/abort.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const listeners = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("listenForAbort", () => {
  it("puts one listener on a signal, however many wait, and takes it away with the last of them", () => {
    const { signal } = new AbortController();
    const stops = Array.from({ length: 1_000 }, () => listenForAbort(signal, () => {}));
    assert.equal(listeners(signal), 1);
    for (const stop of stops) {
      assert.equal(listeners(signal), 1);
      stop();
      stop(); // Does no harm.
    }
    assert.equal(listeners(signal), 0);
    listenForAbort(signal, () => {});
    assert.equal(listeners(signal), 1);
  });

  it("calls all who still listen, once", () => {
    const abort = new AbortController();
    const called: string[] = [];
    const stops = new Map<string, () => void>();
    const listen = (name: string, then = () => {}) =>
      stops.set(
        name,
        listenForAbort(abort.signal, () => {
          called.push(name);
          then();
        }),
      );
    listen("one", () => stops.get("three")?.());
    listen("two");
    listen("three");
    listen("four");
    stops.get("two")?.();
    abort.abort();
    assert.deepEqual(called, ["one", "four"]);
    assert.equal(listeners(abort.signal), 0);
  });
});

describe("waiting with a signal that many have", () => {
  const reason = new Error("enough");

  it("ends for all of them when it is aborted", async () => {
    const time = new VirtualTime();
    const abort = new AbortController();
    const waits = [
      ...Array.from({ length: 10 }, () => abortable(new Promise(() => {}), abort.signal)),
      ...Array.from({ length: 10 }, () => delay(time, 1_000, abort.signal)),
    ];
    const links = Array.from({ length: 10 }, () => linkSignals([undefined, abort.signal]));
    assert.equal(listeners(abort.signal), 1);
    abort.abort(reason);
    for (const wait of waits) {
      await assert.rejects(wait, reason);
    }
    for (const { signal } of links) {
      assert.equal(signal.reason, reason);
    }
    assert.equal(time.timers, 0);
  });

  it("ends at once if it was aborted before, without an unhandled rejection", async () => {
    const signal = AbortSignal.abort(reason);
    await assert.rejects(abortable(Promise.reject(new Error("late")), signal), reason);
    await assert.rejects(delay(new VirtualTime(), 1_000, signal), reason);
    assert.equal(linkSignals([signal]).signal.reason, reason);
  });
});
