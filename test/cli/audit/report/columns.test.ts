import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { displayWidth, fitColumns, padColumns } from "../../../../cli/audit/report/columns.ts";
import { safeText } from "../../../../cli/audit/safe-text.ts";

const hostile = fc.string({ unit: "binary", maxLength: 2000 });

test("padding fills exactly the columns, whatever the widths", () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 2, max: 80 }), (text, columns) => {
      const padded = padColumns(safeText(text), columns);
      assert.equal(displayWidth(padded), columns);
    }),
  );
  assert.equal(fitColumns("应用程序名", 7), "应用程…");
});
