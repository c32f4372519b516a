import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { TokenFailure } from "../../runtime/src/classify-token-error.ts";
import { nextStep, type Situation, type Step } from "../../runtime/src/next-step.ts";

const common = { codes: [], advice: "" };
const failures = {
  expired: { ...common, kind: "expired" },
  wrong: { ...common, kind: "wrong-secret" },
  throttled: { ...common, kind: "throttled", retryAfterMs: 5_000 },
  transient: { ...common, kind: "transient", reason: "server" },
  transientFor3s: { ...common, kind: "transient", reason: "server", retryAfterMs: 3_000 },
  loop: { ...common, kind: "loop" },
  permanent: { ...common, kind: "permanent", reason: "misconfigured" },
  userGrant: { ...common, kind: "user-grant", reason: "consent-missing" },
} satisfies Record<string, TokenFailure>;

const usual: Omit<Situation, "failure"> = {
  attempts: 1,
  maxAttempts: 5,
  leftMs: 30_000,
  mayWait: true,
  reloaded: false,
  hasOther: false,
  refusedForMs: 1_200,
  backoffMs: 200,
};

describe("nextStep", () => {
  const cases: [string, keyof typeof failures, Partial<Situation>, Step][] = [
    ["reads the source after an expired secret", "expired", {}, { do: "reload" }],
    ["reads it even at the last attempt", "expired", { attempts: 5 }, { do: "reload" }],
    ["reads it even as a probe", "wrong", { mayWait: false }, { do: "reload" }],
    ["switches if there is another", "expired", { reloaded: true, hasOther: true }, { do: "switch" }],
    ["switches as a probe", "wrong", { reloaded: true, hasOther: true, mayWait: false }, { do: "switch" }],
    ["gives an expired one up", "expired", { reloaded: true }, { do: "give-up" }],
    [
      "waits for one that may be tried again soon",
      "wrong",
      { reloaded: true },
      { do: "wait", delayMs: 1_202 },
    ],
    [
      "gives one up that is left alone for long",
      "wrong",
      { reloaded: true, refusedForMs: 45_000 },
      { do: "give-up" },
    ],
    [
      "does not switch when its time is over",
      "wrong",
      { reloaded: true, hasOther: true, leftMs: 0 },
      { do: "give-up" },
    ],
    ["does not wait as a probe", "wrong", { reloaded: true, mayWait: false }, { do: "give-up" }],
    [
      "does not switch at the last attempt",
      "wrong",
      { reloaded: true, hasOther: true, attempts: 5 },
      { do: "give-up" },
    ],
    ["waits as long as told, and a little", "throttled", {}, { do: "wait", delayMs: 5_200 }],
    ["does not wait past its time", "throttled", { leftMs: 5_100 }, { do: "give-up" }],
    ["waits its turn", "transient", {}, { do: "wait", delayMs: 200 }],
    ["waits as long as told if that is longer", "transientFor3s", {}, { do: "wait", delayMs: 3_000 }],
    ["does not repeat as a probe", "transient", { mayWait: false }, { do: "give-up" }],
    ["does not repeat for ever", "transient", { attempts: 5 }, { do: "give-up" }],
    ["does not answer a loop with a loop", "loop", {}, { do: "give-up" }],
    ["leaves to people what is theirs", "permanent", { hasOther: true }, { do: "give-up" }],
    ["leaves a customer's grant to the customer", "userGrant", { hasOther: true }, { do: "give-up" }],
  ];
  for (const [name, failure, situation, step] of cases) {
    it(name, () => {
      assert.deepEqual(nextStep({ ...usual, failure: failures[failure], ...situation }), step);
    });
  }

  it("reaches an end from every situation, within its attempts and time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...Object.values(failures)), { minLength: 30, maxLength: 30 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 100, max: 60_000 }),
        fc.boolean(),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (sequence, maxAttempts, timeMs, mayWait, chance) => {
          let leftMs = timeMs;
          let attempts = 0;
          let reads = 0;
          const next = () => chance[(attempts + reads) % chance.length] === true;
          for (;;) {
            attempts++;
            const failure = sequence[attempts % sequence.length] ?? failures.expired;
            let reloaded = false;
            let step: Step;
            do {
              step = nextStep({
                ...usual,
                failure,
                attempts,
                maxAttempts,
                leftMs,
                mayWait,
                reloaded,
                hasOther: next(),
              });
              if (step.do === "reload") {
                assert.ok(!reloaded, "read twice after one refusal");
                reloaded = true;
                reads++;
              }
            } while (step.do === "reload");
            if (step.do === "give-up") {
              break;
            }
            if (step.do === "wait") {
              assert.ok(mayWait);
              leftMs -= step.delayMs;
            }
          }
          assert.ok(attempts <= maxAttempts);
          assert.ok(reads <= attempts);
          assert.ok(leftMs >= 0);
        },
      ),
    );
  });
});
