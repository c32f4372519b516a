import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { alarmId, judgeAlarms } from "../../../cli/pipeline/accepted-alarms.ts";
import { settingsSchema } from "../../../infra/settings/schema.ts";

const { acceptedAlarms } = settingsSchema.shape;
const NOW_MS = Date.parse("2026-05-01T00:00:00Z");
const DAY_MS = 86_400_000;
const removal = { credential: "mail", what: "the right of mailman to read the secret is deleted" };
const other = { credential: "mail", what: "the vault is deleted" };
const acceptance = (over: object = {}) => ({
  alarm: alarmId("dev", removal),
  until: NOW_MS + DAY_MS,
  reason: "mailman is gone",
  ...over,
});

describe("accepted alarms", () => {
  it("have names that YAML takes for text, and the settings for names", () => {
    for (let count = 0; count < 300; count++) {
      const id = alarmId("dev", { credential: null, what: String(count) });
      assert.equal(parse(`alarm: ${id}`).alarm, id);
      assert.doesNotThrow(() => acceptedAlarms.parse([{ alarm: id, until: "2026-05-02", reason: "x" }]));
    }
    assert.throws(() => acceptedAlarms.parse([{ alarm: "all", until: "2026-05-02", reason: "x" }]));
    assert.throws(() => acceptedAlarms.parse([{ alarm: "a1f2e3d4c5b6", until: "2026-05-02" }]));
  });

  it("close the alarm that they name, and no other", () => {
    const judged = judgeAlarms("dev", [removal, other], [acceptance()], NOW_MS);
    assert.deepEqual(
      judged.accepted.map(({ what, reason, until }) => ({ what, reason, until })),
      [{ what: removal.what, reason: "mailman is gone", until: "2026-05-02T00:00:00Z" }],
    );
    assert.deepEqual(
      judged.open.map(({ what }) => what),
      [other.what],
    );
    assert.deepEqual(judged.void, []);
  });

  it("count on one stack alone, for one credential alone", () => {
    assert.equal(judgeAlarms("prod", [removal], [acceptance()], NOW_MS).open.length, 1);
    assert.equal(
      judgeAlarms("dev", [{ ...removal, credential: "post" }], [acceptance()], NOW_MS).open.length,
      1,
    );
    assert.equal(
      judgeAlarms("dev", [{ ...removal, credential: null }], [acceptance()], NOW_MS).open.length,
      1,
    );
  });

  it("end on their date, to the millisecond", () => {
    const at = (nowMs: number) => judgeAlarms("dev", [removal], [acceptance()], nowMs);
    assert.equal(at(NOW_MS + DAY_MS - 1).open.length, 0);
    const over = at(NOW_MS + DAY_MS);
    assert.equal(over.open.length, 1);
    assert.match(over.void.join(), /which is over/);
  });

  it("reach no further than 30 days", () => {
    const judge = (until: number) => judgeAlarms("dev", [removal], [acceptance({ until })], NOW_MS);
    assert.equal(judge(NOW_MS + 30 * DAY_MS).open.length, 0);
    const far = judge(NOW_MS + 30 * DAY_MS + 1);
    assert.equal(far.open.length, 1);
    assert.match(far.void.join(), /more than 30 days/);
  });

  it("are told to be removed where they name no alarm", () => {
    const judged = judgeAlarms("dev", [other], [acceptance()], NOW_MS);
    assert.equal(judged.open.length, 1);
    assert.match(judged.void.join(), /is no alarm of this preview/);
  });
});
