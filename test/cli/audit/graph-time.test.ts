import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatDay, formatMoment, parseGraphTime } from "../../../cli/audit/graph-time.ts";
import { DAY_MS } from "../../../infra/duration.ts";

test("moments as Graph writes them, with up to seven digits of a second and any offset", () => {
  const expected = Date.parse("2027-01-31T12:00:00Z");
  for (const text of ["2027-01-31T12:00:00Z", "2027-01-31T12:00:00.0000000Z", "2027-01-31T13:00:00+01:00"]) {
    assert.equal(parseGraphTime(text), expected);
  }
});

test("years after 9999 are understood, as far as Date goes", () => {
  assert.equal(parseGraphTime("9999-12-31T23:59:59Z"), 253_402_300_799_000);
  assert.equal(parseGraphTime("10000-01-01T00:00:00Z"), 253_402_300_800_000);
  assert.equal(parseGraphTime("+010000-01-01T00:00:00Z"), 253_402_300_800_000);
  assert.equal(parseGraphTime("999999-01-01T00:00:00Z"), 8_640_000_000_000_000);
  assert.equal(formatDay(253_402_300_800_000), "+010000-01-01");
});

test("what is no moment is null", () => {
  for (const value of [
    null,
    undefined,
    7,
    "",
    "soon",
    "2027-01-31",
    "2027-13-01T00:00:00Z",
    "2027-01-31T12:00:00",
    {},
  ]) {
    assert.equal(parseGraphTime(value), null, String(value));
  }
  assert.equal(parseGraphTime(`2027-01-31T12:00:00.${"0".repeat(1_000_000)}Z`), null);
});

test("what has the usual form is read as Date reads it, or is null where Date finds no moment", () => {
  const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, "0"));
  // Beyond what there is, by a little: months 0 and 13, 29 and 30 February, hour 24, second 60.
  const parts = fc.tuple(fc.integer({ min: 0, max: 9999 }), two(14), two(33), two(25), two(61), two(61));
  const text = parts.map(
    ([year, ...[month, day, hour, minute, second]]) =>
      `${String(year).padStart(4, "0")}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  const place = fc.integer({ min: 0, max: 19 });
  const spoilt = fc
    .tuple(text, place, fc.constantFrom(..."-:TZ /09a\u0660"))
    .map(([whole, at, character]) => `${whole.slice(0, at)}${character}${whole.slice(at + 1)}`);
  const byDate = (each: string) => {
    const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(each) ? Date.parse(each) : Number.NaN;
    return Number.isNaN(ms) ? null : ms;
  };
  fc.assert(
    fc.property(text, (each) => assert.equal(parseGraphTime(each), byDate(each))),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(spoilt, (each) => assert.equal(parseGraphTime(each), byDate(each))),
    { numRuns: 1000 },
  );
});

test("every day of four hundred years is read as Date reads it", () => {
  const firstMs = Date.parse("1900-01-01T12:34:56Z");
  for (let day = 0; day < 146_097; day++) {
    const ms = firstMs + day * DAY_MS;
    assert.equal(parseGraphTime(formatMoment(ms)), ms);
  }
});

test("every moment that is written is read back", () => {
  const moment = fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") });
  fc.assert(
    fc.property(moment, (date) => {
      const ms = Math.floor(date.getTime() / 1000) * 1000;
      assert.equal(parseGraphTime(formatMoment(ms)), ms);
      assert.equal(parseGraphTime(new Date(ms).toISOString()), ms);
    }),
  );
});

test("whatever the text, the answer is a moment or null", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parseGraphTime(text);
      assert.ok(ms === null || Number.isFinite(ms));
    }),
  );
});
