import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isoDurationMinutes } from "../../../sandbox/arm/iso-duration.ts";

describe("isoDurationMinutes", () => {
  it("reads days, hours, minutes and seconds", () => {
    for (const [text, minutes] of [
      ["PT5M", 5],
      ["PT1H30M", 90],
      ["P1D", 1440],
      ["P1DT1M", 1441],
      ["PT30S", 0.5],
      ["PT90M", 90],
    ] as const) {
      assert.equal(isoDurationMinutes(text), minutes, text);
    }
  });

  it("reads nothing else", () => {
    for (const text of ["", "P", "PT", "5M", "PT5", "P1M", "-PT5M", "PT5M ", undefined, 5]) {
      assert.equal(isoDurationMinutes(text), undefined, String(text));
    }
  });
});
