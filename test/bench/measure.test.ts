import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { measure, median, summarise } from "../../bench/measure.ts";

test("measures in turns and leaves the warm-ups out", async () => {
  const order: string[] = [];
  let nowMs = 0;
  const takes = (name: string, ms: number) => ({
    name,
    run: async () => {
      order.push(name);
      // The first run is slower: nothing is cached yet.
      nowMs += order.filter((each) => each === name).length === 1 ? 1000 : ms;
    },
  });
  const measured = await measure([takes("a", 10), takes("b", 30)], {
    runs: 2,
    warmUps: 1,
    nowMs: () => nowMs,
  });
  assert.deepEqual(order, ["a", "b", "a", "b", "a", "b"]);
  assert.deepEqual(measured, [
    { name: "a", medianMs: 10, minMs: 10, maxMs: 10, runsMs: [10, 10] },
    { name: "b", medianMs: 30, minMs: 30, maxMs: 30, runsMs: [30, 30] },
  ]);
});

test("a run that fails ends the measurement: half of its work would look fast", async () => {
  const failing = { name: "a", run: () => Promise.reject(new Error("no preview")) };
  await assert.rejects(measure([failing], { runs: 1, warmUps: 0 }), /no preview/);
});

test("half of the values are at or below the median, half at or above", () => {
  const values = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(values, (numbers) => {
      const middle = median(numbers);
      assert.ok(numbers.filter((value) => value <= middle).length >= numbers.length / 2);
      assert.ok(numbers.filter((value) => value >= middle).length >= numbers.length / 2);
    }),
  );
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.throws(() => summarise("nothing", []), /no runs of nothing/);
});
