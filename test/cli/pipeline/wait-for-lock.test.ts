import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ABANDONED_AFTER_MS } from "../../../cli/engine/abandoned-lock.ts";
import type { Engine } from "../../../cli/engine/engine.ts";
import { StackLockedError } from "../../../cli/engine/locked-error.ts";
import { CommandError } from "../../../cli/exit-codes.ts";
import { LONGEST_LOCK_WAIT_MS, waitForLock } from "../../../cli/pipeline/wait-for-lock.ts";
import { MINUTE_MS } from "../../../infra/duration.ts";

const SINCE = "2026-03-02T03:30:00Z";
const locked = () =>
  new StackLockedError("dev", [{ user: "runner", host: "runnervm-1", pid: 2100, since: SINCE }]);

interface Args {
  /** What each attempt ends with; the last one again and again. */
  outcomes: (Error | string)[];
  unattended?: boolean;
  /** Since the lock was made. */
  ageMs?: number;
  random?: number;
}

async function run({ outcomes, unattended = true, ageMs = MINUTE_MS, random = 0.5 }: Args) {
  const [waits, said, asked]: [number[], string[], string[]] = [[], [], []];
  let tries = 0;
  let nowMs = Date.parse(SINCE) + ageMs;
  const expect: Engine["run"] = async (args) => {
    asked.push(args.join(" "));
    const stdout = JSON.stringify({ deployment: { manifest: { time: SINCE } } });
    return { stdout, stderr: "", exitCode: 0, signal: null, timedOut: false };
  };
  const result = await waitForLock(
    {
      terminal: { err: (text) => void said.push(text) },
      random: () => random,
      sleep: async (ms) => {
        waits.push(ms);
        nowMs += ms;
      },
      openEngine: async () => ({ stack: "dev", stackName: "dev", env: {}, run: expect, expect }),
      unattended,
      nowMs: () => nowMs,
    },
    async () => {
      const outcome = outcomes[Math.min(tries++, outcomes.length - 1)] ?? "";
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
  ).catch((error: unknown) => error);
  return { result, tries, waits, said, asked };
}

describe("a stack that somebody else is at work on", () => {
  it("is waited for, and looked at from the beginning", async () => {
    const { result, tries, waits, said, asked } = await run({ outcomes: [locked(), locked(), "done"] });
    assert.equal(result, "done");
    assert.equal(tries, 3);
    assert.deepEqual(waits, [30_000, 30_000]);
    assert.equal(
      said[0],
      `keyturn: runner@runnervm-1 (process 2100) since ${SINCE} is at work on this stack: looked at again in 30 seconds`,
    );
    assert.deepEqual(asked, []);
  });

  it("is given up on after half an hour, by whose name it is", async () => {
    const { result, waits } = await run({ outcomes: [locked()] });
    assert.match(String(result), /another update of stack dev is under way: runner@runnervm-1/);
    const waitedMs = waits.reduce((sum, ms) => sum + ms, 0);
    assert.ok(waitedMs >= LONGEST_LOCK_WAIT_MS && waitedMs < LONGEST_LOCK_WAIT_MS + MINUTE_MS);
    for (const random of [0, 1]) {
      const { waits: pauses } = await run({ outcomes: [locked(), "done"], random });
      assert.deepEqual(pauses, [60_000 * random]);
    }
  });

  it("is taken over from a run that was lost, once, and where nobody is there to ask", async () => {
    const lost = await run({ outcomes: [locked(), "done"], ageMs: ABANDONED_AFTER_MS });
    assert.deepEqual([lost.result, lost.waits, lost.asked], ["done", [], ["stack export", "cancel --yes"]]);
    const again = await run({ outcomes: [locked(), locked(), "done"], ageMs: ABANDONED_AFTER_MS });
    assert.deepEqual([again.asked.length, again.waits.length], [2, 1], "the one after it is somebody's");
    const byHand = await run({ outcomes: [locked()], ageMs: ABANDONED_AFTER_MS, unattended: false });
    assert.ok(byHand.result instanceof StackLockedError);
    assert.deepEqual(byHand.asked, []);
  });

  it("is not what any other trouble is", async () => {
    const failed = new CommandError("pulumi up failed");
    const { result, tries } = await run({ outcomes: [failed, "done"] });
    assert.deepEqual([result, tries], [failed, 1]);
  });
});
