import assert from "node:assert/strict";
import { test } from "node:test";
import { progressLine, progressWriter, startStep } from "../../tools/progress.ts";

const building = { step: "Building", expectation: "about 7 minutes", detail: "812 packages compiled" };

test("a line says what is done, how long it usually takes, how long it has taken and how far it is", () => {
  assert.equal(progressLine({ step: "Building", elapsedMs: 0 }), "Building …");
  assert.equal(progressLine({ ...building, elapsedMs: 0 }), "Building (about 7 minutes) …");
  assert.equal(progressLine({ step: "Building", elapsedMs: 59_999 }), "Building: 59 s");
  assert.equal(
    progressLine({ ...building, elapsedMs: 65_400 }),
    "Building: 1 min 5 s of about 7 minutes, 812 packages compiled",
  );
});

test("in a log, a line when a step starts and one every 30 seconds", () => {
  const written: string[] = [];
  const { onProgress } = progressWriter({ write: (text) => written.push(text), interactive: false });
  for (let second = 0; second <= 65; second += 1) onProgress({ step: "one", elapsedMs: second * 1000 });
  onProgress({ step: "two", elapsedMs: 0 });
  assert.deepEqual(written, ["one …\n", "one: 30 s\n", "one: 1 min 0 s\n", "two …\n"]);
});

test("on a terminal, one line that overwrites itself, never wraps and is gone at the end", () => {
  const written: string[] = [];
  const writer = progressWriter({ write: (text) => written.push(text), interactive: true, columns: 20 });
  writer.onProgress({ step: "Building a thing that takes long", elapsedMs: 2000 });
  writer.end();
  writer.end();
  assert.deepEqual(written, ["\rBuilding a thing th\u001b[K", "\r\u001b[K"]);
});

test("a step tells of itself when it starts and each second until it ends", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const told: (string | undefined)[] = [];
  const step = startStep(({ detail }) => told.push(detail), "Building");
  step.detail("a");
  t.mock.timers.tick(1000);
  step.detail("b");
  t.mock.timers.tick(1000);
  step.end();
  t.mock.timers.tick(5000);
  assert.deepEqual(told, [undefined, "a", "b"]);
});
