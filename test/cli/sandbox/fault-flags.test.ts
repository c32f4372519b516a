import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandError, exitCodes } from "../../../cli/exit-codes.ts";
import { type FaultFlags, faultOf } from "../../../cli/sandbox/fault-flags.ts";

test("flags say which calls, when, and what happens", () => {
  assert.deepEqual(
    faultOf({
      ...{ face: "https", operation: "graph.*", path: "**/applications/**", nth: "3", times: "1" },
      ...{ status: "503", body: "away", header: ["Retry-After: 5", "X-A:b"], after: true },
    }),
    {
      match: { face: "https", operation: "graph.*", path: "**/applications/**" },
      when: { kind: "nth", n: 3 },
      times: 1,
      effect: {
        kind: "status",
        status: 503,
        body: "away",
        headers: { "Retry-After": "5", "X-A": "b" },
        after: true,
      },
    },
  );
});

for (const [flags, effect] of [
  [{ delay: "30 seconds" }, { kind: "delay", ms: 30_000, clock: "sandbox" }],
  [
    { delay: "2 seconds", real: true },
    { kind: "delay", ms: 2000, clock: "real" },
  ],
  [{ hang: true }, { kind: "hang", after: false }],
  [
    { reset: true, after: true },
    { kind: "reset", after: true },
  ],
  [{ half: true }, { kind: "half" }],
  [{ stale: "2" }, { kind: "stale", updates: 2 }],
  [{ slowPropagation: "1 minute" }, { kind: "stale", ageMs: 60_000 }],
  [{ kill: true }, { kind: "kill", after: false }],
] as [FaultFlags, unknown][]) {
  test(`${JSON.stringify(flags)} is an effect`, () => {
    assert.deepEqual(faultOf(flags), { match: {}, when: { kind: "always" }, effect });
  });
}

test("a fault may strike from the n-th call on, at every n-th, or by chance", () => {
  assert.deepEqual(faultOf({ from: "4", hang: true }).when, { kind: "from", n: 4 });
  assert.deepEqual(faultOf({ every: "2", hang: true }).when, { kind: "every", n: 2 });
  assert.deepEqual(faultOf({ probability: "0.25", hang: true }).when, { kind: "probability", p: 0.25 });
  const seeded = { kind: "probability", p: 0.25, seed: "s" };
  assert.deepEqual(faultOf({ probability: "0.25", seed: "s", hang: true }).when, seeded);
});

for (const [flags, ...messages] of [
  [{}, /exactly one effect is needed: --status, --delay/],
  [{ hang: true, kill: true }, /exactly one effect is needed/],
  [
    { nth: "1", every: "2", hang: true, half: true },
    /only one of --nth, --from, --every and --probability/,
    /exactly one effect/,
  ],
  [{ status: "200" }, /^--status: /],
  [{ status: "abc" }, /^--status: /],
  [{ nth: "0", hang: true }, /^--nth: /],
  [{ from: "0", hang: true }, /^--from: /],
  [{ nth: "1.5", times: "0", hang: true }, /^--nth: /m, /^--times: /m],
  [{ probability: "2", hang: true }, /^--probability: /],
  [{ seed: "s", hang: true }, /--seed goes with --probability/],
  [{ face: "grpc", hang: true }, /^--face: /],
  [{ delay: "soon" }, /--delay soon: allowed is a whole number and a unit/],
  [{ delay: "1 minute", real: true }, /^--delay: a delay in real time is at most 5000 ms/],
  [{ stale: "-1" }, /^--stale: /],
  [{ half: true, face: "provider" }, /^--half: half an answer is possible on the https face only/],
  [{ half: true, after: true }, /--after goes with/],
  [{ status: "503", header: ["nonsense"] }, /--header nonsense: allowed is "Name: value"/],
] as [FaultFlags, ...RegExp[]][]) {
  test(`${JSON.stringify(flags)} is refused`, () => {
    assert.throws(
      () => faultOf(flags),
      (error) => {
        assert.ok(error instanceof CommandError);
        assert.equal(error.exitCode, exitCodes.configuration);
        for (const message of messages) assert.match(error.message, message);
        return true;
      },
    );
  });
}
