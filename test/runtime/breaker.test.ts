import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import fc from "fast-check";
import { ApplicationBreaker, type BreakerState } from "../../runtime/src/breaker.ts";
import type { TokenFailure } from "../../runtime/src/classify-token-error.ts";
import {
  BreakerOpenError,
  ClosedError,
  OperationTimeoutError,
  SecretReadError,
  TokenRequestError,
} from "../../runtime/src/errors.ts";
import { judge } from "../../runtime/src/judge-call.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const options = { firstProbeMs: 5_000, longestProbeMs: 60_000, customersToOpen: 3 };
const common = { codes: [], advice: "" };
const error = (failure: TokenFailure) => new TokenRequestError(failure, 1, undefined);
const wrong: TokenFailure = { ...common, kind: "wrong-secret" };
const expired = error({ ...common, kind: "expired" });
const transient = error({ ...common, kind: "transient", reason: "server" });
const throttled = error({ ...common, kind: "throttled", retryAfterMs: 90_000 });
const disabled = error({ ...common, kind: "permanent", reason: "application-disabled" });
const revoked = error({ ...common, kind: "user-grant", reason: "expired-or-revoked" });
const loop = error({ ...common, kind: "loop" });

describe("judge", () => {
  const cases: [string, unknown, string | undefined, string, boolean?][] = [
    ["an expired secret", expired, "ann", "opens"],
    ["a wrong secret", new TokenRequestError(wrong, 1, undefined), "ann", "opens"],
    [
      "a secret not sent because it was refused before",
      new TokenRequestError(wrong, 0, undefined),
      undefined,
      "proves-nothing",
    ],
    ["a loop", loop, "ann", "opens"],
    ["an unreadable vault", new SecretReadError("vault", "forbidden"), "ann", "opens"],
    ["the application's own 503", transient, undefined, "opens"],
    ["a customer's 503", transient, "ann", "counts"],
    ["a customer's throttling", throttled, "ann", "counts-unless-probe"],
    ["the application's throttling", throttled, undefined, "opens"],
    ["a disabled application, met by a customer", disabled, "ann", "counts-unless-probe"],
    ["a revoked grant", revoked, "ann", "accepted"],
    ["a mail server's error", new Error("550"), "ann", "unrelated"],
    ["a caller that gave up", new Error("enough"), "ann", "proves-nothing", true],
    ["too long a queue", new OperationTimeoutError(1), "ann", "proves-nothing"],
    ["a closed secret", new ClosedError(), undefined, "proves-nothing"],
    ["an expired secret whose caller gave up", expired, "ann", "opens", true],
  ];
  for (const [name, thrown, subject, verdict, cancelled = false] of cases) {
    it(`takes ${name} for: ${verdict}`, () => {
      assert.equal(judge(thrown, { subject, cancelled }), verdict);
    });
  }
});

describe("ApplicationBreaker", () => {
  let time: VirtualTime;
  let breaker: ApplicationBreaker;
  let transitions: BreakerState[];

  function open(random: () => number = () => 1 - Number.EPSILON): void {
    time = new VirtualTime();
    transitions = [];
    breaker = new ApplicationBreaker(options, {
      clock: time,
      random,
      onTransition: (state) => transitions.push(state),
    });
  }

  beforeEach(() => open());

  const fail = (thrown: unknown, subject?: string) =>
    assert.rejects(
      breaker.execute(() => Promise.reject(thrown), { subject }),
      (caught) => caught === thrown,
    );
  const succeed = () => breaker.execute(async () => "ok", {});
  const refused = () => assert.rejects(succeed(), BreakerOpenError);

  it("opens at once on an expired secret, and tells why and until when", async () => {
    await fail(expired);
    assert.ok(breaker.refuses);
    await assert.rejects(
      succeed(),
      (caught: unknown) =>
        caught instanceof BreakerOpenError &&
        caught.cause === expired &&
        Math.round(caught.retryAfterMs) === 5_000,
    );
    assert.deepEqual(
      transitions.map(({ state }) => state),
      ["open"],
    );
  });

  it("probes after 5, 10, 20, 40, 60, 60 seconds, and closes on success", async () => {
    await fail(expired);
    for (const seconds of [5, 10, 20, 40, 60, 60]) {
      await time.advance(seconds * 1_000 - 1);
      await refused();
      await time.advance(1);
      await fail(expired);
    }
    await time.advance(60_000);
    await succeed();
    await succeed();
    assert.equal(breaker.state.state, "closed");
    await fail(expired);
    await time.advance(5_000);
    await succeed();
  });

  it("lets one call probe; the others share its fate", async () => {
    await fail(expired);
    await time.advance(5_000);
    let probes = 0;
    let end: (value: string) => void = () => {};
    const call = (isProbe: boolean) => {
      probes += isProbe ? 1 : 0;
      return isProbe
        ? new Promise<string>((resolve) => {
            end = resolve;
          })
        : Promise.resolve("later");
    };
    const calls = Array.from({ length: 1_000 }, () => breaker.execute(call, {}));
    await time.settle();
    assert.equal(breaker.state.state, "half-open");
    end("probe");
    const answers = await Promise.all(calls);
    assert.equal(probes, 1);
    assert.equal(answers.filter((answer) => answer === "later").length, 999);
  });

  it("stays open when the probe fails, and refuses those that waited for it", async () => {
    await fail(expired);
    await time.advance(5_000);
    const calls = Array.from({ length: 100 }, () => breaker.execute(() => Promise.reject(transient), {}));
    const outcomes = await Promise.allSettled(calls);
    const errors = outcomes.map((outcome) => (outcome.status === "rejected" ? outcome.reason : undefined));
    assert.equal(errors.filter((caught) => caught === transient).length, 1);
    assert.equal(errors.filter((caught) => caught instanceof BreakerOpenError).length, 99);
  });

  it("is told the time by the monotonic clock alone", async (t) => {
    // The real one too: cockatiel reads it.
    t.mock.timers.enable({ apis: ["Date"], now: 10 * 86_400_000 });
    const jump = (byMs: number) => {
      time.jumpWallClock(byMs);
      t.mock.timers.setTime(Date.now() + byMs);
    };
    await fail(expired);
    jump(86_400_000);
    await time.advance(4_999);
    await refused();
    jump(-2 * 86_400_000);
    await refused();
    await time.advance(1);
    await succeed();
  });

  it("waits at least as long as a throttled answer says, and a minute after a loop", async () => {
    await fail(throttled);
    await time.advance(89_999);
    await refused();
    open();
    await fail(loop);
    await time.advance(59_999);
    await refused();
    await time.advance(1);
    await succeed();
  });

  it("takes three customers in a row for the application's trouble, one customer never", async () => {
    for (let round = 0; round < 50; round++) {
      await fail(transient, "ann");
      await fail(disabled, "bob");
    }
    await succeed();
    await fail(transient, "ann");
    await fail(disabled, "bob");
    assert.equal(breaker.state.state, "closed");
    await fail(transient, "cy");
    assert.equal(breaker.state.state, "open");
  });

  it("takes a revoked grant for a proof that the application is well", async () => {
    await fail(transient, "ann");
    await fail(transient, "bob");
    await fail(revoked, "cy");
    await fail(transient, "dee");
    assert.equal(breaker.state.state, "closed");
  });

  it("closes when a probe meets a customer's own trouble, and not when it proves nothing", async () => {
    for (const [thrown, state] of [
      [revoked, "closed"],
      [disabled, "closed"],
      [new Error("mail server"), "closed"],
      [transient, "open"],
      [new OperationTimeoutError(1), "open"],
    ] as const) {
      open();
      await fail(expired);
      await time.advance(5_000);
      await fail(thrown, "ann");
      assert.equal(breaker.state.state, state, String(thrown));
    }
  });

  it("does not close because a probe's caller gave up", async () => {
    await fail(expired);
    await time.advance(5_000);
    const gaveUp = new AbortController();
    gaveUp.abort(new Error("enough"));
    await assert.rejects(
      breaker.execute(() => Promise.reject(gaveUp.signal.reason), { signal: gaveUp.signal }),
      /enough/,
    );
    assert.equal(breaker.state.state, "open");
  });

  it("ignores what fails late, when a probe has the word", async () => {
    let failLate: (error: Error) => void = () => {};
    const late = breaker.execute(
      () =>
        new Promise((_, reject) => {
          failLate = reject;
        }),
      {},
    );
    await fail(expired);
    await time.advance(5_000);
    let endProbe: (value: string) => void = () => {};
    const probe = breaker.execute(
      () =>
        new Promise((resolve) => {
          endProbe = resolve;
        }),
      {},
    );
    await time.settle();
    failLate(expired);
    await assert.rejects(late, (caught) => caught === expired);
    endProbe("ok");
    await probe;
    assert.equal(breaker.state.state, "closed");
  });

  it("wakes those who wait for it: when a probe is due, when one is allowed, when it closes", async () => {
    await fail(expired);
    let woken = 0;
    const wait = () => breaker.whenCallable().then(() => woken++);
    await Promise.all([wait(), time.advance(5_000)]);
    assert.equal(woken, 1);
    await fail(expired);
    const waits = [wait(), wait()];
    await time.advance(1_000);
    assert.equal(woken, 1);
    breaker.allowProbe();
    await Promise.all(waits);
    await succeed();
    await wait();
    assert.equal(woken, 4);
    assert.equal(time.timers, 0);
  });

  it("stops waiting when told to", async () => {
    await fail(expired);
    const abort = new AbortController();
    const waiting = breaker.whenCallable(abort.signal);
    abort.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
    assert.equal(time.timers, 0);
  });

  it("lets through no more than one call per probe interval, whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            waitMs: fc.integer({ min: 0, max: 20_000 }),
            outcome: fc.constantFrom("ok", expired, transient, throttled, revoked, disabled, loop),
            subject: fc.constantFrom(undefined, "ann", "bob", "cy", "dee"),
          }),
          { minLength: 200, maxLength: 200 },
        ),
        fc.integer(),
        async (steps, seed) => {
          let state = seed;
          open(() => {
            state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
            return state / 0x80000000;
          });
          let openedAtMs: number | undefined;
          let pauseMs = 0;
          for (const { waitMs, outcome, subject } of steps) {
            await time.advance(waitMs);
            let ran = false;
            await breaker
              .execute(
                async () => {
                  ran = true;
                  if (outcome !== "ok") {
                    throw outcome;
                  }
                },
                { subject },
              )
              .catch(() => {});
            if (ran && openedAtMs !== undefined) {
              const passedMs = time.monotonicMs() - openedAtMs;
              assert.ok(passedMs >= pauseMs, `ran after ${passedMs} of ${pauseMs} ms`);
            }
            const now = breaker.state;
            if (now.state === "open" && ran) {
              openedAtMs = time.monotonicMs();
              pauseMs = now.probeInMs;
              assert.ok(pauseMs >= 2_500 && pauseMs <= 90_000, `${pauseMs}`);
            } else if (now.state === "closed") {
              openedAtMs = undefined;
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});
