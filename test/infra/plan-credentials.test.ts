import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../infra/duration.ts";
import { planCredentials } from "../../infra/plan-credentials.ts";
import { planReport, planReportSchema } from "../../infra/plan-report.ts";
import type { Memory } from "../../infra/rotation/memory.ts";
import { PlanRefusal } from "../../infra/rotation/plan-types.ts";
import type { Published } from "../../infra/rotation/published.ts";
import type { ReadResult } from "../../infra/vault/read-published.ts";
import {
  CLIENT_ID,
  CREATED_MS,
  CURRENT,
  DUE_MS,
  EXPIRES_MS,
  failure,
  memory,
  PREVIOUS,
  published,
} from "../support/rotation-facts.ts";
import { ID, OTHER_ID, rawCredential, settings } from "../support/settings-facts.ts";

const two = settings({ credentials: [rawCredential(), rawCredential({ name: "other" })] });
const ofOther = published({ credential: "other" });

const readAs = (mailman: ReadResult): Map<string, ReadResult> =>
  new Map([
    ["mailman", mailman],
    ["other", { kind: "published", published: ofOther, publishedAtMs: CREATED_MS }],
  ]);
const readPublished = (each: Published) =>
  readAs({ kind: "published", published: each, publishedAtMs: CREATED_MS });

const known = (mailman: Memory): Map<string, Memory> =>
  new Map([
    ["mailman", mailman],
    ["other", memory({ published: ofOther })],
  ]);

const actions = (...args: Parameters<typeof planCredentials>) =>
  planCredentials(...args).map(({ settings: { name }, plan, stopped }) => ({
    name,
    action: plan.action,
    stopped,
  }));

describe("tags that were edited by hand to something inconsistent", () => {
  const inconsistent: ReadResult = {
    kind: "inconsistent",
    reason: "the tags of the published secret are inconsistent: tag slot is missing",
    keyId: CURRENT.keyId,
    expiresAtMs: EXPIRES_MS,
  };
  const whole = memory({ published: published({ previous: PREVIOUS }) });

  it("stop that credential with a clear message, and leave the others running", () => {
    assert.deepEqual(actions(two, readAs(inconsistent), known(whole), DUE_MS), [
      {
        name: "mailman",
        action: "keep",
        stopped:
          "the tags of the published secret are inconsistent: tag slot is missing (docs/runbooks/inconsistent-tags.md)",
      },
      { name: "other", action: "rotate", stopped: undefined },
    ]);
  });

  it("leave both secrets where they are, as the stack remembers them", () => {
    const [first] = planCredentials(two, readAs(inconsistent), known(whole), DUE_MS);
    assert.deepEqual(first?.published, published({ previous: PREVIOUS }));
    assert.deepEqual(
      first?.plan.slots.map(({ slot, generation }) => `${slot}${generation}`),
      ["b4", "a3"],
    );
  });

  it("are known for the same publication by its key or by its end, if only one of them was edited", () => {
    for (const edited of [
      { ...inconsistent, keyId: undefined },
      { ...inconsistent, expiresAtMs: undefined },
    ]) {
      assert.equal(actions(two, readAs(edited), known(whole), DUE_MS)[0]?.action, "keep");
    }
  });

  it("stop that credential alone where the stack does not remember the publication, such as one by hand", () => {
    const byHand: ReadResult = { ...inconsistent, keyId: undefined, expiresAtMs: undefined };
    const unknown: ReadResult = { ...inconsistent, keyId: "another", expiresAtMs: EXPIRES_MS + 1000 };
    for (const read of [byHand, unknown]) {
      const [first, second] = planCredentials(two, readAs(read), known(whole), DUE_MS);
      assert.match(
        first?.stopped ?? "",
        /tag slot is missing, and the stack does not remember this publication: until that is put right, no update of this stack deletes any secret \(docs\/runbooks\/inconsistent-tags\.md\)$/,
      );
      // The other slot may hold what the stack does not remember: it is neither replaced nor deleted.
      assert.deepEqual(
        first?.plan.slots.map(({ slot, generation }) => `${slot}${generation}`),
        ["b4"],
      );
      assert.equal(first?.keepsUndeclared, true);
      assert.deepEqual([second?.plan.action, second?.stopped], ["rotate", undefined]);
    }
  });

  it("stop that credential alone where a secret of its name was there before it", () => {
    const foreign: ReadResult = { ...inconsistent, keyId: undefined };
    const [first, second] = planCredentials(two, readAs(foreign), known(memory()), DUE_MS);
    assert.match(first?.stopped ?? "", /and the stack has never published it: another name is needed/);
    assert.deepEqual(
      [first?.plan.slots, first?.plan.publish, first?.keepsUndeclared],
      [[], undefined, false],
    );
    assert.equal(second?.plan.action, "rotate");
    // What an update of ours that died may have published is kept.
    const [ours] = planCredentials(two, readAs(inconsistent), known(memory()), DUE_MS);
    assert.equal(ours?.keepsUndeclared, true);
  });

  it("are found by what the stack remembers, if they fit together by themselves", () => {
    const early = published({ previous: { ...PREVIOUS, retireAfterMs: CREATED_MS + DAY_MS } });
    const [first] = actions(two, readPublished(early), known(whole), CREATED_MS + 2 * DAY_MS);
    assert.deepEqual(first, {
      name: "mailman",
      action: "keep",
      stopped:
        "the tags of the published secret were changed: the tags of generation 4 and what was published differ in retireAfter (docs/runbooks/inconsistent-tags.md)",
    });
  });
});

describe("an update in which nothing safe can be done for one credential", () => {
  it("does nothing at all, and names every credential that it is refused for", () => {
    assert.throws(
      () =>
        planCredentials(
          two,
          new Map<string, ReadResult>([["mailman", { kind: "missing" }]]),
          known(memory({ published: published() })),
          DUE_MS,
        ),
      (error: unknown) => {
        assert.ok(error instanceof PlanRefusal);
        const lines = error.message.split("\n");
        assert.equal(lines[0], "nothing was changed:");
        assert.match(lines[1] ?? "", /^ {2}the stack published generation 4 of mailman/);
        assert.match(lines[2] ?? "", /^ {2}the stack published generation 4 of other/);
        return true;
      },
    );
  });

  it("is one with another application in the settings than its secrets belong to", () => {
    const moved = settings({
      credentials: [rawCredential({ application: { clientId: ID.replaceAll("1", "9") } })],
    });
    assert.throws(
      () => planCredentials(moved, readPublished(published()), new Map(), DUE_MS),
      /mailman publishes secrets of application 11111111-.*, but the settings say 99999999-.*: give the other application a credential of another name/,
    );
    const same = settings({
      credentials: [rawCredential({ application: { clientId: CLIENT_ID.toUpperCase() } })],
    });
    const upper = published({ clientId: CLIENT_ID.toUpperCase() });
    assert.equal(planCredentials(same, readPublished(upper), new Map(), CREATED_MS)[0]?.plan.action, "keep");
  });
});

describe("a credential that is taken out of the settings", () => {
  const one = settings();
  const readers = new Map([
    ["mailman", ["mailman"]],
    ["other", ["crm", "billing"]],
  ]);

  it("is refused while somebody may read it", () => {
    assert.throws(
      () => planCredentials(one, readPublished(published()), new Map(), CREATED_MS, readers),
      /other is no longer declared with a secret, but crm, billing may still read it\. Remove its consumers and update/,
    );
  });

  it("is let go when nobody can any more", () => {
    const planned = planCredentials(
      one,
      readPublished(published()),
      new Map(),
      CREATED_MS,
      new Map([["other", []]]),
    );
    assert.equal(planned.length, 1);
  });

  it("is refused as well if it is to be federated instead", () => {
    const federated = [{ name: "pipeline", issuer: "https://issuer.example.com", subject: "repo:sell" }];
    const changed = settings({ credentials: [rawCredential(), rawCredential({ name: "other", federated })] });
    assert.throws(
      () => planCredentials(changed, readPublished(published()), new Map(), CREATED_MS, readers),
      PlanRefusal,
    );
  });
});

describe("the digest of a credential's settings", () => {
  const digest = (over: Record<string, unknown>, ofStack: Record<string, unknown> = {}) =>
    planCredentials(
      settings({ credentials: [rawCredential(over)], ...ofStack }),
      readPublished(published()),
      new Map(),
      CREATED_MS,
    )[0]?.settingsDigest;

  it("is another one after any change that could make a failed verification succeed", () => {
    const digests = [
      digest({}),
      digest({ application: { displayName: "Mailman 2" } }),
      digest({ rotation: { lifetime: "100 days" } }),
      digest(
        {},
        { rotation: { lifetime: "100 days", period: "45 days", overlap: "7 days", splay: "5 days" } },
      ),
      digest({ request: { id: "1", action: "rotate", reason: "again" } }),
      digest({}, { verification: { successes: 1 } }),
      digest({}, { verification: { pause: "2 seconds" } }),
      digest({}, { verification: { window: "4 minutes" } }),
      digest({}, { tenantId: OTHER_ID }),
    ];
    assert.equal(new Set(digests).size, digests.length);
    assert.equal(digest({}), digests[0]);
    assert.equal(digest({}, { verification: { successes: 3 } }), digests[0], "the default");
  });

  it("is what it has always been, or every waiting verification would be tried at once after an upgrade", () => {
    assert.match(digest({}) ?? "", /^61c8237f1b5451c4\/[0-9a-f]{8}$/);
    const failed = memory({ failure: failure({ settings: "61c8237f1b5451c4", lastAttemptAtMs: DUE_MS }) });
    const [waiting] = planCredentials(settings(), readPublished(published()), known(failed), DUE_MS + 1000);
    assert.equal(waiting?.plan.action, "wait", "as one that knew of no tenant remembers it");
  });
});

describe("the report of the plans", () => {
  it("fits its schema, and says what people ask of it", () => {
    const planned = planCredentials(
      two,
      readPublished(published({ previous: PREVIOUS })),
      new Map(),
      PREVIOUS.retireAfterMs,
    );
    const [first, second] = planReportSchema.parse(planReport(planned, PREVIOUS.retireAfterMs));
    assert.deepEqual(first, {
      name: "mailman",
      action: "retire",
      reason: "the overlap of generation 3 was over on 2027-01-17T03:00:00Z",
      refusals: [],
      consumers: [],
      current: {
        slot: "b",
        generation: 4,
        expiresAt: "2027-04-10T02:00:00Z",
        keyId: CURRENT.keyId,
      },
      previous: {
        slot: "a",
        generation: 3,
        expiresAt: "2027-02-22T02:00:00Z",
        keyId: PREVIOUS.keyId,
        retireAfter: "2027-01-17T03:00:00Z",
      },
      retiredGeneration: 3,
      next: { action: "rotate", at: "2027-02-27T02:00:00Z", reason: "the period is over" },
    });
    assert.equal(second?.action, "keep");
  });
});
