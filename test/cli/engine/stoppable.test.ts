import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { describe, it } from "node:test";
import { endWhenAsked, stoppable } from "../../../cli/engine/stoppable.ts";
import { CommandError, exitCodes } from "../../../cli/exit-codes.ts";

const isCancelled = (error: unknown) =>
  error instanceof CommandError && error.exitCode === exitCodes.cancelled;

describe("what can be stopped", () => {
  it("runs to its end if nobody asks, and listens no longer than that", async () => {
    const source = new EventEmitter();
    assert.equal(await stoppable(async () => 7, source as never), 7);
    await assert.rejects(
      stoppable(() => Promise.reject(new Error("its own")), source as never),
      /its own/,
    );
    assert.deepEqual(source.eventNames(), []);
  });

  for (const signal of ["SIGINT", "SIGTERM"]) {
    it(`is asked at the first ${signal}, and killed at the second`, async () => {
      const source = new EventEmitter();
      const seen: string[] = [];
      const run = stoppable(async (askToStop, kill) => {
        askToStop.addEventListener("abort", () => seen.push(`asked, killed: ${kill.aborted}`));
        source.emit(signal);
        kill.addEventListener("abort", () => seen.push("killed"));
        source.emit("SIGTERM");
      }, source as never);
      await assert.rejects(run, isCancelled);
      assert.deepEqual(seen, ["asked, killed: false", "killed"]);
    });
  }

  it("counts as stopped even if it came to its end", async () => {
    const source = new EventEmitter();
    const run = stoppable(async () => source.emit("SIGINT"), source as never);
    await assert.rejects(run, isCancelled);
  });

  it("is left to stop by itself, and everything else ends at once", async () => {
    const source = new EventEmitter();
    let ends = 0;
    endWhenAsked(() => ends++, source as never);
    const run = stoppable(async () => source.emit("SIGINT"), source as never);
    await assert.rejects(run, isCancelled);
    assert.equal(ends, 0);
    source.emit("SIGTERM");
    assert.equal(ends, 1);
  });
});
