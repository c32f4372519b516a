import assert from "node:assert/strict";
import { test } from "node:test";
import { aimMet } from "../../bench/benchmark.ts";
import { missedAims, type Report, reportJson, reportText } from "../../bench/report.ts";

const report: Report = {
  machine: { processor: "Abacus", cores: 2, memoryGb: 8, platform: "linux-x64", node: "24.0.0" },
  runs: 3,
  benchmarks: [
    {
      name: "preview",
      result: {
        measurements: [
          { name: "empty program", medianMs: 900, minMs: 850, maxMs: 1234, runsMs: [850, 900, 1234] },
        ],
        figures: [
          { name: "ours / empty", value: 1.25, unit: "×", aim: { atMost: 1.3 } },
          { name: "default / ours", value: 3, unit: "×", aim: { atLeast: 4 } },
          { name: "each credential", value: 11, unit: "resources" },
        ],
      },
    },
  ],
};

test("an aim is met up to and including its bound", () => {
  assert.equal(aimMet({ name: "", value: 4, unit: "×", aim: { atLeast: 4 } }), true);
  assert.equal(aimMet({ name: "", value: 4, unit: "×", aim: { atMost: 4 } }), true);
  assert.equal(aimMet({ name: "", value: 4.01, unit: "×", aim: { atMost: 4 } }), false);
  assert.equal(aimMet({ name: "", value: 4, unit: "ms" }), undefined);
});

test("the tables say on what machine, how long, and which aims are met", () => {
  assert.equal(
    reportText(report),
    `2 cores (Abacus), 8 GB, linux-x64, Node 24.0.0; 3 runs each

preview
                 median  fastest  slowest
  empty program  0.90 s   0.85 s   1.23 s

                          value          aim
  ours / empty           1.25 ×  at most 1.3     met
  default / ours            3 ×   at least 4  MISSED
  each credential  11 resources`,
  );
});

test("the document says the same, with every run", () => {
  const document = JSON.parse(reportJson(report));
  assert.equal(document.schemaVersion, 1);
  assert.deepEqual(document.benchmarks[0].measurements[0].runsMs, [850, 900, 1234]);
  assert.deepEqual(
    document.benchmarks[0].figures.map(({ aimMet }: { aimMet?: boolean }) => aimMet),
    [true, false, undefined],
  );
  assert.deepEqual(
    missedAims(report).map(({ name }) => name),
    ["default / ours"],
  );
});
