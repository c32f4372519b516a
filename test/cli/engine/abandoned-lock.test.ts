import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ABANDONED_AFTER_MS,
  areAbandoned,
  releaseAbandonedLock,
} from "../../../cli/engine/abandoned-lock.ts";
import type { Engine } from "../../../cli/engine/engine.ts";
import { HOUR_MS } from "../../../infra/duration.ts";

const SINCE = "2026-03-02T03:30:00Z";
const SINCE_MS = Date.parse(SINCE);
const holder = { user: "runner", host: "runnervm-1", pid: 2100, since: SINCE };
const OLD_MS = SINCE_MS + ABANDONED_AFTER_MS;

/** An engine that knows when its state was last written, and remembers what it was asked for. */
function engine(writtenAt: string | undefined): { engine: Engine; asked: string[] } {
  const asked: string[] = [];
  const stdout = JSON.stringify({
    version: 3,
    deployment: writtenAt === undefined ? null : { manifest: { time: writtenAt } },
  });
  const run: Engine["run"] = async (args) => {
    asked.push(args.join(" "));
    return { stdout, stderr: "", exitCode: 0, signal: null, timedOut: false };
  };
  return { asked, engine: { stack: "dev", stackName: "dev", env: {}, run, expect: run } };
}

describe("a lock of another machine", () => {
  it("is taken for abandoned when it is older than any run may take, and nothing was written since", () => {
    assert.ok(ABANDONED_AFTER_MS > 2 * HOUR_MS, "jobs may take two hours");
    assert.equal(areAbandoned([holder], SINCE_MS, OLD_MS), true);
    assert.equal(areAbandoned([holder], undefined, OLD_MS), true);
    assert.equal(areAbandoned([holder], SINCE_MS, OLD_MS - 1), false);
    assert.equal(areAbandoned([holder], SINCE_MS + 1, OLD_MS), false, "an update is at work");
    assert.equal(areAbandoned([holder], Number.NaN, OLD_MS), false, "in doubt it is not");
    assert.equal(areAbandoned([{ ...holder, since: "" }], SINCE_MS, OLD_MS), false);
    const young = { ...holder, since: "2026-03-02T06:00:00Z" };
    assert.equal(areAbandoned([holder, young], SINCE_MS, OLD_MS), false, "all of them");
    assert.equal(areAbandoned([], SINCE_MS, OLD_MS), false);
    assert.equal(areAbandoned([holder], SINCE_MS, SINCE_MS - 24 * HOUR_MS), false, "a clock that is wrong");
  });

  it("is taken away then, with a word about it, and only then", async () => {
    const said: string[] = [];
    const at = (nowMs: number) => ({ nowMs, terminal: { err: (text: string) => void said.push(text) } });
    const dead = engine(SINCE);
    assert.equal(await releaseAbandonedLock(dead.engine, [holder], at(OLD_MS)), true);
    assert.deepEqual(dead.asked, ["stack export", "cancel --yes"]);
    assert.match(said.join(), /runner@runnervm-1 \(process 2100\) since 2026-03-02T03:30:00Z.*removed/);
    const alive = engine("2026-03-02T06:29:00Z");
    assert.equal(await releaseAbandonedLock(alive.engine, [holder], at(OLD_MS)), false);
    assert.deepEqual(alive.asked, ["stack export"]);
    const young = engine(SINCE);
    assert.equal(await releaseAbandonedLock(young.engine, [holder], at(OLD_MS - 1)), false);
    assert.deepEqual(young.asked, [], "nothing has to be asked");
    assert.equal(await releaseAbandonedLock(engine(undefined).engine, [holder], at(OLD_MS)), true);
    assert.equal(said.length, 2);
  });
});
