import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { directoryInstant } from "../../../cli/status/directory-instant.ts";
import { statusDocument } from "../../../cli/status/document.ts";
import { oneCredentialLines } from "../../../cli/status/one-credential.ts";
import { credentialOutput } from "../../../infra/credential-output.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import type { PlannedCredential } from "../../../infra/plan-credentials.ts";
import type { Memory } from "../../../infra/rotation/memory.ts";
import type { PlanInput } from "../../../infra/rotation/plan-types.ts";
import type { Published } from "../../../infra/rotation/published.ts";
import type { CredentialSettings } from "../../../infra/settings/schema.ts";
import {
  CREATED_MS,
  DUE_MS,
  EXPIRES_MS,
  failure,
  memory,
  POLICY,
  PREVIOUS,
  planAt,
  published,
} from "../../support/rotation-facts.ts";

const FACTS = {
  clientId: "11111111-1111-4111-8111-111111111111",
  applicationObjectId: "22222222-2222-4222-8222-222222222222",
  vaultUri: "https://kv.vault.azure.net/",
  version: "0123456789abcdef0123456789abcdef",
  consumers: [],
};

interface Situation {
  published?: Published | undefined;
  memory?: Partial<Memory>;
  hold?: PlanInput["hold"];
}

function statusAt(nowMs: number, situation: Situation = {}) {
  const isPublished = "published" in situation ? situation.published : published();
  const remembered = memory(situation.memory);
  const output = credentialOutput("mailman", FACTS, isPublished, remembered);
  const hold = situation.hold;
  const settings = {
    name: "mailman",
    consumers: [],
    ...(hold !== undefined && { hold: { ...hold, until: hold.untilMs } }),
  } as unknown as CredentialSettings;
  const planned: PlannedCredential = {
    settings,
    policy: POLICY,
    plan: planAt(nowMs, { published: isPublished, memory: remembered, hold }),
    published: isPublished,
    memory: remembered,
    settingsDigest: "",
    stopped: undefined,
  };
  const document = statusDocument("dev", formatInstant(nowMs), { mailman: output }, [planned]);
  return { credential: document.credentials[0] ?? assert.fail(), planned };
}

function conditionsAt(nowMs: number, situation?: Situation) {
  const { credential } = statusAt(nowMs, situation);
  return Object.fromEntries(
    credential.conditions.map(({ type, isTrue, needsAttention, reason }) => [
      type,
      `${isTrue ? "yes" : needsAttention ? "NO" : "no"}: ${reason}`,
    ]),
  );
}

const plain = (_format: unknown, text: string) => text;

describe("keyturn status", () => {
  it("tells everything about one credential", () => {
    const { credential, planned } = statusAt(CREATED_MS + DAY_MS, {
      published: published({ previous: PREVIOUS, request: "leak-7" }),
      memory: { requests: ["spring-clean", "leak-7"], retiredGeneration: 2 },
    });
    assert.deepEqual(oneCredentialLines(credential, planned, plain), [
      "  not before   2027-01-10T02:00:00Z",
      "  not after    2027-04-10T02:00:00Z",
      "  renewal      2027-02-27T02:00:00Z",
      "  safe until   2027-03-31T02:00:00Z",
      "",
      "CONDITION      IS   WHY",
      "Published      yes  generation 4 in slot b",
      "Valid          yes  until 2027-04-10T02:00:00Z, 89 days",
      "Working        yes  got tokens when the last update tried it",
      "OnTime         yes  the next rotation is due on 2027-02-27T02:00:00Z",
      "OldSecretGone  no   generation 3 in slot a works until it is deleted on 2027-01-17T03:00:00Z",
      "Settled        yes  the last update did all that was asked for",
      "",
      "LAST ACTIONS",
      "2027-01-10T02:00:00Z  published generation 4 in place of generation 3, as request leak-7 asked for",
      "before                carried out requests spring-clean",
      "",
      "NEXT UPDATE",
      "mailman: keep: due on 2027-02-27T02:00:00Z",
      "  next: retire on 2027-01-17T03:00:00Z (the overlap is over)",
    ]);
    assert.deepEqual(credential.problems, []);
  });

  it("says that a secret has expired, at that second and not a second before", () => {
    assert.match(conditionsAt(EXPIRES_MS - 1000).Valid ?? "", /^yes: until .*, 0 days$/);
    assert.equal(
      conditionsAt(EXPIRES_MS).Valid,
      "NO: expired on 2027-04-10T02:00:00Z (docs/runbooks/expired-secret.md)",
    );
  });

  it("says that a rotation is late after two daily updates could have done it", () => {
    const lateMs = DUE_MS + 2 * DAY_MS;
    assert.match(conditionsAt(lateMs - 1000).OnTime ?? "", /^yes/);
    const { credential } = statusAt(lateMs);
    assert.deepEqual(credential.problems, [
      "mailman: the rotation has been due since 2027-02-27T02:00:00Z (docs/runbooks/failed-rotation.md)",
    ]);
  });

  it("takes no offence at a rotation that is held back", () => {
    const hold = { untilMs: DUE_MS + 9 * DAY_MS, reason: "freeze", pastSafeDate: false };
    assert.equal(
      conditionsAt(DUE_MS + 5 * DAY_MS, { hold }).OnTime,
      "yes: held until 2027-03-08T02:00:00Z; due on 2027-02-27T02:00:00Z",
    );
    assert.match(conditionsAt(hold.untilMs, { hold }).OnTime ?? "", /^NO/);
  });

  it("says that the secret before outlives its overlap only when updates should have deleted it", () => {
    const situation = { published: published({ previous: PREVIOUS }) };
    const overMs = PREVIOUS.retireAfterMs;
    assert.match(conditionsAt(overMs + HOUR_MS, situation).OldSecretGone ?? "", /^no: generation 3/);
    assert.match(conditionsAt(overMs + 2 * DAY_MS, situation).OldSecretGone ?? "", /^NO: .* no update has/);
  });

  it("says what did not work, and when it was tried", () => {
    const broken = { generation: 4, kind: "rejected", reason: "wrong-secret: AADSTS7000215" } as const;
    const { credential } = statusAt(DUE_MS, { memory: { failure: failure({ attempts: 3 }), broken } });
    const reasons = credential.conditions
      .filter(({ isTrue }) => !isTrue)
      .map(({ type, reason }) => [type, reason]);
    assert.deepEqual(reasons, [
      ["Working", "wrong-secret: AADSTS7000215 (docs/runbooks/expired-secret.md)"],
      [
        "Settled",
        "generation 5 failed verification 3 times in a row, last on 2027-02-27T02:00:00Z: transient: HTTP 503",
      ],
    ]);
    assert.equal(credential.lastActions[0]?.at, formatInstant(DUE_MS));
    assert.equal(credential.problems.length, 2);
  });

  it("knows a credential that has published nothing, and one that has no secret", () => {
    assert.equal(
      conditionsAt(CREATED_MS, { published: undefined }).Published,
      "NO: nothing has been published yet",
    );
    const federated = [{ name: "ci", issuer: "https://token.example", subject: "repo:x" }];
    const output = credentialOutput("mailman", { ...FACTS, federated }, undefined, memory());
    const [credential] = statusDocument("dev", formatInstant(CREATED_MS), { mailman: output }).credentials;
    assert.deepEqual(
      credential?.conditions.map(({ type, needsAttention }) => [type, needsAttention]),
      [["Working", false]],
    );
  });

  it("takes a directory that does not answer for no fault of its own", async () => {
    const env = { AZURE_AUTHORITY_HOST: "https://127.0.0.1:1" };
    await assert.rejects(directoryInstant(env), (error: Error) => {
      assert.equal(error.name, "CommandError");
      assert.match(error.message, /does not tell the time.*127\.0\.0\.1:1/);
      return true;
    });
  });
});
