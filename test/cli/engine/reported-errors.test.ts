import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasReportedAll } from "../../../cli/engine/reported-errors.ts";

const REMEMBERED = "mailman: generation 2 was not published, verification failed: HTTP 503";
const said = (...errors: string[]) =>
  `Updating (dev):\n    pulumi:pulumi:Stack keyturn-dev running error: elsewhere\nDiagnostics:\n  pulumi:pulumi:Stack (keyturn-dev):\n${errors.map((each) => `    error: ${each}\n`).join("")}\n`;

describe("an update that ended in an error", () => {
  it("did so because of a credential's problem if it said that, and nothing else", () => {
    assert.equal(hasReportedAll(said(REMEMBERED), [REMEMBERED]), true);
    assert.equal(hasReportedAll(said(REMEMBERED), [REMEMBERED, "another, not said again"]), true);
  });

  it("failed for another reason if it said so, whatever an older update left in the outputs", () => {
    assert.equal(hasReportedAll(said("cannot read what the vault publishes"), [REMEMBERED]), false);
    assert.equal(hasReportedAll(said(REMEMBERED, "update failed"), [REMEMBERED]), false);
  });

  it("failed if it said nothing at all", () => {
    assert.equal(hasReportedAll("", [REMEMBERED]), false);
    assert.equal(hasReportedAll(said(), []), false);
  });

  it("is known by the first line of a problem of many lines", () => {
    assert.equal(hasReportedAll(said("one\n      two"), ["one\n  two"]), true);
  });
});
