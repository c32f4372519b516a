import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatInstant, parseInstant, parseLooseInstant } from "../../infra/instant.ts";

describe("formatInstant", () => {
  it("writes seconds and Z, and nothing else", () => {
    assert.equal(formatInstant(Date.UTC(2027, 11, 1)), "2027-12-01T00:00:00Z");
    assert.equal(formatInstant(Date.UTC(2027, 11, 1, 23, 59, 59, 999)), "2027-12-01T23:59:59Z");
    assert.equal(formatInstant(0), "1970-01-01T00:00:00Z");
  });

  it("is the inverse of parseInstant for whole seconds", () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) / 1000 });
    fc.assert(
      fc.property(seconds, (each) => {
        const text = formatInstant(each * 1000);
        assert.match(text, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
        assert.equal(parseInstant(text), each * 1000);
      }),
    );
  });
});

describe("parseInstant", () => {
  it("knows a leap day from a day that is none", () => {
    assert.equal(parseInstant("2028-02-29T12:00:00Z"), Date.UTC(2028, 1, 29, 12));
    assert.equal(parseInstant("2027-02-29T12:00:00Z"), undefined);
    assert.equal(parseInstant("2100-02-29T00:00:00Z"), undefined);
  });

  for (const text of [
    "",
    "2027-12-01",
    "2027-12-01T00:00Z",
    "2027-12-01T00:00:00",
    "2027-12-01T00:00:00.000Z",
    "2027-12-01T00:00:00+00:00",
    "2027-12-01t00:00:00z",
    " 2027-12-01T00:00:00Z",
    "2027-12-01T00:00:00Z\n",
    "2027-13-01T00:00:00Z",
    "2027-02-30T00:00:00Z",
    "2027-04-31T00:00:00Z",
    "2027-12-01T24:00:00Z",
    "2027-12-01T12:60:00Z",
    "27-12-01T00:00:00Z",
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseInstant(text), undefined));
  }
});

describe("parseLooseInstant", () => {
  it("takes what people write", () => {
    assert.equal(parseLooseInstant("2027-12-01"), Date.UTC(2027, 11, 1));
    assert.equal(parseLooseInstant("2027-12-01T09:30Z"), Date.UTC(2027, 11, 1, 9, 30));
    assert.equal(parseLooseInstant("2027-12-01T09:30:15Z"), Date.UTC(2027, 11, 1, 9, 30, 15));
  });

  it("takes a date that YAML has read before", () => {
    assert.equal(parseLooseInstant("2027-12-01 00:00:00 +0000 UTC"), Date.UTC(2027, 11, 1));
    assert.equal(parseLooseInstant("2027-12-01 09:30:15 +0000 UTC"), Date.UTC(2027, 11, 1, 9, 30, 15));
    assert.equal(parseLooseInstant("2027-12-01 09:30:15 +0100 CET"), undefined);
  });

  for (const text of ["tomorrow", "2027-02-30", "2027-12-01T09:30", "2027-12-01T09:30:15+01:00", "2027-12"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseLooseInstant(text), undefined));
  }
});
