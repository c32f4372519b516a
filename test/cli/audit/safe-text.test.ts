import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { safeText } from "../../../cli/audit/safe-text.ts";

/** Text as hostile as Unicode allows. */
const hostile = fc.string({ unit: "binary", maxLength: 2000 });

test("what acts on a terminal or on the direction of writing is shown instead", () => {
  assert.equal(safeText("a\u001b[31mred\u0007"), "a\\u{001b}[31mred\\u{0007}");
  assert.equal(safeText("user\u202egpj.exe"), "user\\u{202e}gpj.exe");
  assert.equal(safeText("line\nline\u2028line\u0085"), "line\\u{000a}line\\u{2028}line\\u{0085}");
  assert.equal(safeText("a\ufff9b\u061cc"), "a\\u{fff9}b\\u{061c}c");
  assert.equal(safeText("\ud800"), "\\u{d800}");
  assert.equal(safeText("zero\u200bwidth\ufeff"), "zero\\u{200b}width\\u{feff}");
});

test("what people write in any script stays as it is", () => {
  for (const text of ["Müller & Söhne", "应用程序", "تطبيق", "می‌خواهم", "👩‍👩‍👧 family", "नमस्ते", "❤️"]) {
    assert.equal(safeText(text), text);
  }
});

test("whatever comes in, what goes out is short, well formed, and has nothing that acts", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const safe = safeText(text);
      assert.ok([...safe].length <= 256);
      assert.equal(safe.isWellFormed(), true);
      assert.doesNotMatch(safe, /[\p{Cc}\p{Zl}\p{Zp}]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test("ten thousand characters are cut, and ten million take no time", () => {
  assert.equal(safeText("x".repeat(10_000)).length, 256);
  assert.ok(safeText("x".repeat(10_000)).endsWith("…"));
  assert.equal(safeText("\u0000".repeat(10_000_000)).length, 256);
});
