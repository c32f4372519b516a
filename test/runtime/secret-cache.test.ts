import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ClientSecret } from "../../runtime/src/client-secret.ts";
import { SecretReadError } from "../../runtime/src/errors.ts";
import { SecretCache } from "../../runtime/src/secret-cache.ts";
import { VirtualTime } from "../support/virtual-time.ts";

describe("SecretCache", () => {
  let time: VirtualTime;
  /** What the next reads answer; a function is called when the read begins. */
  let held: ClientSecret | SecretReadError;
  let reads: number;
  let change: () => void;
  let changes: string[];
  let refused: Set<string>;

  const secret = (version: string, publishedAtMs?: number) =>
    new ClientSecret(`value of ${version}`, { version, publishedAtMs });

  function open(): SecretCache {
    return new SecretCache({
      source: {
        description: "source",
        readCurrent: async () => {
          reads++;
          const found = held;
          await new Promise<void>((resolve) => time.setTimer(resolve, 100));
          if (found instanceof SecretReadError) throw found;
          return found;
        },
        watch: (onChange) => {
          change = onChange;
          return () => {};
        },
      },
      clock: time,
      random: () => 0.5,
      refreshIntervalMs: 600_000,
      readTimeoutMs: 10_000,
      isRefused: ({ info }) => refused.has(info.version),
      onRead: () => {},
      onChanged: ({ info }) => changes.push(info.version),
    });
  }

  beforeEach(() => {
    time = new VirtualTime();
    reads = 0;
    changes = [];
    refused = new Set();
    held = secret("1");
  });

  it("reads once for all who come meanwhile", async () => {
    const cache = open();
    const loads = Array.from({ length: 100 }, () => cache.load(1_000));
    assert.equal(new Set(await time.until(Promise.all(loads))).size, 1);
    assert.equal(reads, 1);
    cache.close();
  });

  it("reads again when told of a change during a read, for that may have come too early", async () => {
    const cache = open();
    const first = cache.load(1_000);
    await time.settle();
    held = secret("2");
    change();
    change();
    await time.until(first);
    await time.advance(200);
    assert.equal(cache.current?.info.version, "2");
    assert.equal(reads, 2);
    cache.close();
  });

  it("shares one read among all who were refused meanwhile, but not with one that began before", async () => {
    const cache = open();
    await time.until(cache.load(1_000));
    const mark = cache.readsBegun;
    await time.until(Promise.all([cache.loadSince(mark), cache.loadSince(mark), cache.loadSince(mark)]));
    await time.until(cache.loadSince(mark));
    assert.equal(reads, 2);
    const early = cache.loadSince(cache.readsBegun);
    const late = cache.loadSince(cache.readsBegun);
    await time.until(Promise.all([early, late]));
    assert.equal(reads, 4);
    cache.close();
  });

  it("keeps what it has against a source that lags behind, unless that is refused", async () => {
    held = secret("2", 2_000);
    const cache = open();
    await time.until(cache.load(1_000));
    held = secret("1", 1_000);
    await time.until(cache.loadSince(cache.readsBegun));
    assert.equal(cache.current?.info.version, "2");
    refused.add("2");
    await time.until(cache.loadSince(cache.readsBegun));
    assert.equal(cache.current?.info.version, "1");
    assert.deepEqual(changes, ["2", "1"]);
    cache.close();
  });

  it("lets all who wait for the first secret share the retries of a failing source", async () => {
    held = new SecretReadError("source", "unavailable");
    const cache = open();
    const loads = Array.from({ length: 50 }, () => cache.load(20_000));
    await time.advance(5_000);
    assert.ok(reads <= 4, `${reads} reads`);
    held = secret("1");
    await time.until(Promise.all(loads));
    cache.close();
  });

  it("fails all who waited long enough, and reads on", async () => {
    held = new SecretReadError("source", "unavailable");
    const cache = open();
    await assert.rejects(time.until(cache.load(5_000)), SecretReadError);
    held = secret("1");
    await time.advance(60_000);
    assert.equal(cache.current?.info.version, "1");
    cache.close();
    assert.equal(time.timers, 0);
  });

  it("keeps the one before as the previous one", async () => {
    const cache = open();
    await time.until(cache.load(1_000));
    assert.equal(await cache.previous(), undefined);
    held = secret("2");
    await time.until(cache.loadSince(cache.readsBegun));
    assert.equal((await cache.previous())?.info.version, "1");
    cache.close();
    assert.equal(cache.current, undefined);
  });
});
