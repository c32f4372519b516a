import assert from "node:assert/strict";
import { test } from "node:test";
import { applyBaseline, parseBaseline } from "../../../cli/audit/baseline.ts";
import type { Finding } from "../../../cli/audit/findings/finding.ts";
import { CommandError } from "../../../cli/exit-codes.ts";

const NOW_MS = Date.parse("2027-03-01T12:00:00Z");

function finding(id: string): Finding {
  return {
    id,
    kind: "no-owner",
    severity: "low",
    subject: { type: "application", id: "a", name: "App" },
    facts: { credentials: 1 },
  };
}

function file(...accepted: unknown[]): string {
  return JSON.stringify({ schemaVersion: 1, accepted });
}

const parse = (text: string) => parseBaseline(text, "baseline.json", NOW_MS);

test("an accepted finding is taken out until its day is over", () => {
  const accepted = parse(file({ finding: "no-owner/a", reason: "team moves", until: "2027-03-01" }));
  const before = applyBaseline([finding("no-owner/a"), finding("no-owner/b")], accepted, NOW_MS);
  assert.deepEqual(
    before.open.map(({ id }) => id),
    ["no-owner/b"],
  );
  assert.deepEqual(
    before.accepted.map(({ reason }) => reason),
    ["team moves"],
  );
  const lastMoment = applyBaseline([finding("no-owner/a")], accepted, Date.parse("2027-03-01T23:59:59Z"));
  assert.deepEqual(lastMoment.open, []);
  const after = applyBaseline([finding("no-owner/a")], accepted, Date.parse("2027-03-02T00:00:00Z"));
  assert.deepEqual(
    after.open.map(({ id, severity }) => [id, severity]),
    [
      ["no-owner/a", "low"],
      ["acceptance-expired/no-owner/a", "medium"],
    ],
  );
});

test("an acceptance whose finding is gone is named, so that the file can be tidied", () => {
  const accepted = parse(file({ finding: "no-owner/gone", reason: "x", until: "2027-04-01T00:00:00Z" }));
  assert.deepEqual(
    applyBaseline([], accepted, NOW_MS).unmatched.map(({ finding }) => finding),
    ["no-owner/gone"],
  );
});

test("every mistake in a baseline is told at once, with what is allowed", () => {
  const text = JSON.stringify({
    schemaVersion: 2,
    comment: "x",
    accepted: [
      { finding: "nonsense", reason: " ", until: "2027-02-30" },
      { finding: "no-owner/a", reason: "ok", until: "9999-12-31", why: 1 },
      { finding: 7, until: "soon" },
      { finding: "no-owner/b", reason: "ok", until: "2027-05-01" },
      { finding: "no-owner/b", reason: "ok", until: "2027-05-01" },
      "x",
    ],
  });
  assert.throws(
    () => parse(text),
    (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.exitCode, 2);
      const expected = [
        /the baseline baseline\.json cannot be used:/,
        /schemaVersion: must be 1, but is 2/,
        /the file: has settings that do not exist: "comment"/,
        /accepted\[0\]\.finding: must be the id of a finding.* but is "nonsense"/,
        /accepted\[0\]\.reason: must say why, but is empty/,
        /accepted\[0\]\.until: must be a date, e\.g\. 2027-01-31, but is "2027-02-30"/,
        /accepted\[1\]\.until: must be at most 731 days ahead \(2029-03-01\), but is "9999-12-31"/,
        /accepted\[1\]: has settings that do not exist: "why"/,
        /accepted\[2\]\.finding: must be the id of a finding, but is 7/,
        /accepted\[2\]\.reason: must be the reason for living with it, but is missing/,
        /accepted\[2\]\.until: must be a date/,
        /accepted\[5\]: must be an object, but is "x"/,
      ];
      for (const line of expected) assert.match(error.message, line);
      return true;
    },
  );
});

test("a finding accepted twice, and a file that is no JSON, are refused", () => {
  const entry = { finding: "no-owner/b", reason: "ok", until: "2027-05-01" };
  assert.throws(() => parse(file(entry, entry)), /accepted\[1\]\.finding: "no-owner\/b" is accepted twice/);
  assert.throws(() => parse("{"), /is not JSON/);
  assert.throws(() => parse("[]"), /the file: must be an object/);
});

test("a reason is shown harmlessly", () => {
  const [accepted] = parse(
    file({ finding: "no-owner/a", reason: "\u001b[2J\u202e<b>", until: "2027-05-01" }),
  );
  assert.equal(accepted?.reason, "\\u{001b}[2J\\u{202e}<b>");
});

test("no id, name or text of the file acts on a terminal", () => {
  const hostile = "no-owner/\u001b[2J\u001b]0;owned\u0007";
  const harmless = (error: unknown) =>
    error instanceof CommandError && !/[\p{Cc}\p{Cf}]/u.test(error.message.replaceAll("\n", ""));
  for (const finding of [hostile, "no-owner/\u202ex", "no-owner/\u009b2J", "no-owner/a\nb"]) {
    const text = file({ finding, reason: "ok", until: "2027-05-01" });
    assert.throws(
      () => parse(text),
      (error: unknown) =>
        harmless(error) && /must be the id of a finding/.test((error as CommandError).message),
    );
  }
  assert.throws(() => parse(`{"x": ${hostile}}`), harmless);
  assert.throws(() => parseBaseline("{", "\u001b[2J.json", NOW_MS), harmless);
  assert.throws(() => parse(JSON.stringify({ [hostile]: 1 })), harmless);
});
