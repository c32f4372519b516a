import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  markOf,
  NOTHING_TOLD,
  readTold,
  type Told,
  toldLine,
} from "../../../../cli/audit/scheduled/told-line.ts";

const marks = fc.uniqueArray(fc.string().map(markOf), { maxLength: 20 });
const told: fc.Arbitrary<Told> = fc.record(
  {
    findings: fc
      .uniqueArray(fc.tuple(fc.string().map(markOf), fc.integer({ min: 0, max: 99_999 })), {
        maxLength: 30,
        selector: ([mark]) => mark,
      })
      .map((entries) => new Map(entries)),
    ownersDay: fc.integer({ min: 0, max: 99_999 }),
    owners: marks.map((each) => new Set(each)),
  },
  { noNullPrototype: true },
);

test("what was written is read again, wherever it stands in a body", () => {
  fc.assert(
    fc.property(told, fc.string(), (each, text) => {
      const before = text.replaceAll("<!--", "");
      assert.deepEqual(readTold(`${before}\r\n${toldLine(each)}\r\nmore`), each);
    }),
  );
});

test("a line hides itself and holds neither names nor addresses", () => {
  const line = toldLine({
    findings: new Map([[markOf("expired-credential/--> <script>"), 20_000]]),
    ownersDay: 20_000,
    owners: new Set([markOf("olga@example.com")]),
  });
  assert.match(line, /^<!-- keyturn-told 20000:[0-9a-f]{10} owners 20000:[0-9a-f]{10} -->$/);
});

test("nothing, or what people have changed, is nothing told; and it is read at once, however long it is", () => {
  for (const body of [
    undefined,
    "",
    "<!-- keyturn-told -->",
    "<!-- keyturn-told x owners 1: -->",
    "<!-- keyturn-told 1:0123456789 owners many: -->",
    `<!-- keyturn-told ${"1:0123456789,".repeat(50_000)} owners 1: -->`,
  ]) {
    assert.deepEqual(readTold(body), NOTHING_TOLD);
  }
  const partly = readTold(
    "<!-- keyturn-told 7:short,0123456789;8:abcdef0123;:ffffffffff owners 3:0123456789,x -->",
  );
  assert.deepEqual(partly, NOTHING_TOLD, "x is no digit: the line was not written here");
});

test("too many findings are cut, not refused", () => {
  const findings = new Map(
    Array.from({ length: 5000 }, (_, n) => [markOf(`${n}`), 20_000 + (n % 40)] as const),
  );
  const owners = new Set(Array.from({ length: 5000 }, (_, n) => markOf(`o${n}`)));
  const line = toldLine({ findings, ownersDay: 20_000, owners });
  assert.ok(line.length < 25_000, `${line.length}`);
  const read = readTold(line);
  assert.equal(read.findings.size, 1000);
  assert.equal(read.owners.size, 1000);
});
