import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import type { Published } from "../../../infra/rotation/published.ts";
import { type LastPlacement, type PlaceReadArgs, placeRead } from "../../../infra/vault/move.ts";
import type { ReadResult } from "../../../infra/vault/read-published.ts";
import {
  CREATED_MS,
  CURRENT,
  DUE_MS,
  POLICY,
  PREVIOUS,
  planAt,
  published,
} from "../../support/rotation-facts.ts";

const NOW_MS = CREATED_MS + 20 * DAY_MS;
const MISSING: ReadResult = { kind: "missing" };
const INCONSISTENT: ReadResult = {
  kind: "inconsistent",
  reason: "edited",
  keyId: undefined,
  expiresAtMs: undefined,
};

function inVault(publishedAtMs: number | undefined, over: Partial<Published> = {}): ReadResult {
  return { kind: "published", published: published(over), publishedAtMs };
}

/** After the update in which nothing was moved yet; in which a move began; and after it. */
const before: LastPlacement = { vault: "kv-1", movedFrom: undefined, sinceMs: undefined, isPublished: true };
const during: LastPlacement = { vault: "kv-2", movedFrom: "kv-1", sinceMs: NOW_MS, isPublished: true };
const afterwards: LastPlacement = {
  vault: "kv-2",
  movedFrom: undefined,
  sinceMs: undefined,
  isPublished: true,
};

const moving = { vault: "kv-2", movedFrom: "kv-1" };
const moved = { vault: "kv-2", movedFrom: undefined };

function place(over: Partial<PlaceReadArgs> & Pick<PlaceReadArgs, "read">) {
  return placeRead({
    credential: "mailman",
    stackVault: "kv-1",
    placement: moving,
    last: before,
    policy: POLICY,
    nowMs: NOW_MS,
    ...over,
  });
}

describe("a move to another vault", () => {
  it("begins with what the old vault publishes", () => {
    const read = place({ read: { vault: MISSING, movedFrom: inVault(CREATED_MS) } });
    assert.deepEqual(read, {
      ...inVault(CREATED_MS),
      move: {
        state: "begins",
        from: "kv-1",
        to: "kv-2",
        oldName: "mailman",
        sinceMs: NOW_MS,
        removableAtMs: NOW_MS + POLICY.overlapMs,
      },
      moveRefusal: undefined,
    });
  });

  it("goes on with both in step, since the day on which it began", () => {
    const args = {
      read: { vault: inVault(CREATED_MS + 1000), movedFrom: inVault(CREATED_MS + 2000) },
      last: during,
      nowMs: NOW_MS + 3 * DAY_MS,
    };
    const { move, moveRefusal, ...read } = place(args);
    assert.deepEqual(read, inVault(CREATED_MS + 2000), "written when the second one was");
    assert.equal(moveRefusal, undefined);
    assert.deepEqual(move, {
      state: "goes on",
      from: "kv-1",
      to: "kv-2",
      oldName: "mailman",
      sinceMs: NOW_MS,
      removableAtMs: NOW_MS + POLICY.overlapMs,
    });
  });

  it("goes on as well if the update that began it died before it could write that down", () => {
    const read = place({ read: { vault: inVault(NOW_MS - 1000), movedFrom: inVault(CREATED_MS) } });
    assert.equal(read.move?.state, "goes on");
    assert.equal(read.move?.sinceMs, NOW_MS, "from now on at the latest");
  });

  it("is asked back by naming the vaults the other way round, and counts anew", () => {
    const read = place({
      placement: { vault: "kv-1", movedFrom: "kv-2" },
      last: { ...during, sinceMs: CREATED_MS },
      read: { vault: inVault(CREATED_MS), movedFrom: inVault(CREATED_MS) },
    });
    assert.equal(read.moveRefusal, undefined);
    assert.equal(read.move?.state, "goes on");
    assert.equal(read.move?.sinceMs, NOW_MS);
  });

  it("is over with the setting, but not before the whole overlap has passed", () => {
    const removed = (nowMs: number) =>
      place({
        placement: moved,
        last: during,
        read: { vault: inVault(CREATED_MS), movedFrom: undefined },
        nowMs,
      });
    const removableAtMs = NOW_MS + POLICY.overlapMs;
    assert.equal(
      removed(removableAtMs - 1000).moveRefusal,
      "mailman cannot be removed from vault kv-1 before 2027-02-06T02:00:00Z: until then its consumers have time to " +
        "change over to kv-2. Keep `movedFrom: kv-1` until then (docs/runbooks/move-vault.md).",
    );
    assert.equal(removed(removableAtMs).moveRefusal, undefined);
    assert.deepEqual(removed(removableAtMs).move, {
      state: "ends",
      from: "kv-1",
      to: "kv-2",
      oldName: "mailman",
      sinceMs: NOW_MS,
      removableAtMs,
    });
    assert.match(removed(NOW_MS - 400 * DAY_MS).moveRefusal ?? "", /cannot be removed/, "by a clock behind");
  });

  it("waits for the longer overlap of what was promised and of the policy", () => {
    const removed = (overlapMs: number, nowMs: number) =>
      place({
        placement: moved,
        last: during,
        policy: { ...POLICY, overlapMs },
        read: { vault: inVault(CREATED_MS, { overlapMs: 9 * DAY_MS }), movedFrom: undefined },
        nowMs,
      }).moveRefusal;
    assert.match(removed(7 * DAY_MS, NOW_MS + 9 * DAY_MS - 1000) ?? "", /cannot be removed/);
    assert.equal(removed(7 * DAY_MS, NOW_MS + 9 * DAY_MS), undefined);
    assert.match(removed(12 * DAY_MS, NOW_MS + 12 * DAY_MS - 1000) ?? "", /cannot be removed/);
  });

  it("leaves nothing to say when it is over", () => {
    const read = place({
      placement: moved,
      last: afterwards,
      read: { vault: inVault(CREATED_MS), movedFrom: undefined },
    });
    assert.equal(read.move, undefined);
    assert.equal(read.moveRefusal, undefined);
  });
});

describe("a vault that consumers read", () => {
  it("is not left without a word", () => {
    const refusal =
      "mailman is published in vault kv-1, but the settings say kv-2 and nothing of kv-1: whoever reads it there would lose it. " +
      "Add `movedFrom: kv-1` to the credential (docs/runbooks/move-vault.md).";
    for (const vault of [MISSING, inVault(CREATED_MS), INCONSISTENT]) {
      assert.equal(place({ placement: moved, read: { vault, movedFrom: undefined } }).moveRefusal, refusal);
    }
    assert.match(
      place({
        placement: { vault: "kv-3", movedFrom: "kv-2" },
        last: before,
        read: { vault: MISSING, movedFrom: MISSING },
      }).moveRefusal ?? "",
      /add `movedFrom: kv-1`/i,
    );
  });

  it("is not left by a second move while the first goes on", () => {
    const { moveRefusal } = place({
      placement: { vault: "kv-3", movedFrom: "kv-2" },
      last: during,
      read: { vault: MISSING, movedFrom: inVault(CREATED_MS) },
    });
    assert.match(moveRefusal ?? "", /^mailman cannot be removed from vault kv-1 before/);
  });

  it("may be left while nothing was published", () => {
    const none = { ...before, isPublished: false };
    assert.equal(
      place({ placement: moved, last: none, read: { vault: MISSING, movedFrom: undefined } }).moveRefusal,
      undefined,
    );
  });

  it("is told from another by its name in small letters", () => {
    const read = place({
      placement: { vault: "KV-1", movedFrom: undefined },
      read: { vault: inVault(CREATED_MS), movedFrom: undefined },
    });
    assert.equal(read.moveRefusal, undefined);
  });
});

describe("a secret that the vaults do not agree about", () => {
  const next: Partial<Published> = {
    current: {
      slot: "a",
      generation: 5,
      keyId: PREVIOUS.keyId,
      createdAtMs: DUE_MS,
      expiresAtMs: DUE_MS + POLICY.lifetimeMs,
    },
    rotateAfterMs: DUE_MS + 48 * DAY_MS,
    previous: { ...CURRENT, replacedAtMs: DUE_MS, retireAfterMs: DUE_MS + POLICY.overlapMs + 3_600_000 },
  };
  const newer = inVault(DUE_MS + 60_000, next);
  const older = inVault(CREATED_MS + 60_000);

  it("is the later one of the two, in whichever vault that is", () => {
    for (const read of [
      { vault: newer, movedFrom: older },
      { vault: older, movedFrom: newer },
    ]) {
      const placed = place({ read, last: during, nowMs: DUE_MS + DAY_MS });
      assert.ok(placed.kind === "published");
      assert.equal(placed.published.current.generation, 5);
      assert.equal(placed.publishedAtMs, DUE_MS + DAY_MS, "published everywhere by this update");
    }
  });

  it("keeps the one before for the overlap after this update: until now it could be read", () => {
    const nowMs = DUE_MS + 9 * DAY_MS;
    const placed = place({ read: { vault: newer, movedFrom: older }, last: during, nowMs });
    assert.ok(placed.kind === "published");
    const { published: each, publishedAtMs } = placed;
    // By itself the newer one's overlap was over two days ago.
    assert.equal(planAt(nowMs, { published: each, publishedAtMs: DUE_MS + 60_000 }).action, "retire");
    assert.equal(planAt(nowMs, { published: each, publishedAtMs }).action, "keep");
    const overlapEndsMs = nowMs + POLICY.overlapMs;
    assert.equal(planAt(overlapEndsMs - 1000, { published: each, publishedAtMs }).action, "keep");
  });

  it("is what the other vault says, where one of them has none or a senseless one", () => {
    const alone = place({ read: { vault: newer, movedFrom: MISSING }, last: during, nowMs: DUE_MS + DAY_MS });
    assert.equal(alone.kind === "published" && alone.publishedAtMs, DUE_MS + 60_000);
    const edited = place({
      read: { vault: newer, movedFrom: INCONSISTENT },
      last: during,
      nowMs: DUE_MS + DAY_MS,
    });
    assert.equal(edited.kind === "published" && edited.publishedAtMs, DUE_MS + DAY_MS);
    assert.equal(edited.move?.state, "goes on");
    const senseless = place({ read: { vault: INCONSISTENT, movedFrom: newer }, last: during });
    assert.equal(senseless.kind, "inconsistent");
    assert.equal(senseless.move?.state, "goes on", "the old vault is not given up meanwhile");
  });

  it("has to be recovered if it was lost from the vault that it was moved to", () => {
    const lost = place({ read: { vault: MISSING, movedFrom: inVault(CREATED_MS) }, last: during });
    assert.equal(lost.kind, "missing");
    assert.notEqual(lost.move?.state, "begins");
  });

  it("is none before the first deployment, in both", () => {
    const first = place({ read: { vault: MISSING, movedFrom: MISSING }, last: undefined });
    assert.equal(first.kind, "missing");
    assert.equal(first.move?.state, "goes on");
  });
});
