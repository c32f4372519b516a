import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { RotatingCredential, type Verify } from "../../../infra/credential/rotating-credential.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { emptyMemory } from "../../../infra/rotation/memory.ts";
import { planRotation } from "../../../infra/rotation/plan.ts";
import type { Published } from "../../../infra/rotation/published.ts";
import { mockPulumi, type PulumiMocks, resolvedValue } from "../../support/pulumi-mocks.ts";

const APPLICATION = "azuread:index/application:Application";
const PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";
const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const TRIGGER = "random:index/randomUuid:RandomUuid";
const SPLAY = "random:index/randomInteger:RandomInteger";

const nowMs = Date.UTC(2026, 0, 1);
const policy = { lifetimeMs: 90 * DAY_MS, periodMs: 45 * DAY_MS, overlapMs: 7 * DAY_MS, splayMs: 5 * DAY_MS };
const clientId = "11111111-1111-4111-8111-111111111111";
const keyIds: Record<string, string> = {
  "mailman-a": "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
  "mailman-b": "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
};

const published: Published = {
  credential: "mailman",
  clientId,
  current: {
    slot: "a",
    generation: 1,
    keyId: keyIds["mailman-a"] ?? "",
    createdAtMs: nowMs - 50 * DAY_MS,
    expiresAtMs: nowMs + 40 * DAY_MS,
  },
  rotateAfterMs: nowMs - DAY_MS,
  splayDays: 4,
  overlapMs: 7 * DAY_MS,
  previous: undefined,
  request: undefined,
};

let mocks: PulumiMocks;
const asked: { value: string; purpose: string }[] = [];

beforeEach(async () => {
  asked.length = 0;
  mocks = await mockPulumi({
    outputs: ({ type, name }) => {
      switch (type) {
        case APPLICATION:
          return { clientId, objectId: "22222222-2222-4222-8222-222222222222" };
        case PASSWORD:
          return { keyId: keyIds[name], value: pulumi.secret(`value of ${name}`) };
        case TRIGGER:
          return { result: `uuid of ${name}` };
        case SPLAY:
          return { result: 3 };
        default:
          return {};
      }
    },
  });
});

function credential(
  known: Published | undefined,
  verify: Verify = async ({ value }, purpose) => {
    asked.push({ value, purpose });
    return { ok: true };
  },
): RotatingCredential {
  const input = {
    policy,
    published: known,
    memory: emptyMemory,
    request: undefined,
    hold: undefined,
    credential: "mailman",
    settings: "digest",
    nowMs,
  };
  return new RotatingCredential("mailman", {
    stack: "dev",
    application: {
      displayName: "Mailman",
      audience: "AzureADMultipleOrgs",
      permissions: { delegated: ["SMTP.Send", "offline_access"], application: ["Mail.Send"] },
      redirectUris: ["https://sell.example/callback"],
    },
    owners: ["33333333-3333-4333-8333-333333333333"],
    policy,
    plan: planRotation(input),
    published: known,
    memory: emptyMemory,
    settingsDigest: "digest",
    nowMs,
    verify,
    protect: true,
  });
}

describe("RotatingCredential", () => {
  it("declares an application, its principal, a splay, and a trigger and a secret in slot a", async () => {
    const { outcome } = credential(undefined);
    await resolvedValue(outcome);
    assert.deepEqual(
      mocks.resources.map(({ type, name }) => `${type} ${name}`).toSorted(),
      [
        "keyturn:credential:RotatingCredential mailman",
        `${APPLICATION} mailman`,
        `${PASSWORD} mailman-a`,
        `${PRINCIPAL} mailman`,
        `${SPLAY} mailman-splay`,
        `${TRIGGER} mailman-a-1-20260101-2160h`,
      ].toSorted(),
    );
  });

  it("gives the application its permissions, grouped by API, its owners and its mark", async () => {
    await resolvedValue(credential(undefined).outcome);
    const { inputs } = mocks.resource(APPLICATION, "mailman");
    assert.equal(inputs.signInAudience, "AzureADMultipleOrgs");
    assert.deepEqual(inputs.owners, ["33333333-3333-4333-8333-333333333333"]);
    assert.deepEqual(inputs.tags, ["keyturn:dev/mailman"]);
    assert.deepEqual(inputs.web, { redirectUris: ["https://sell.example/callback"] });
    assert.deepEqual(inputs.requiredResourceAccesses, [
      {
        resourceAppId: "00000003-0000-0000-c000-000000000000",
        resourceAccesses: [
          { id: "258f6531-6087-4cc4-bb90-092c5fb3ed3f", type: "Scope" },
          { id: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", type: "Scope" },
          { id: "b633e1c5-b582-4048-a93e-9f11b44c7e96", type: "Role" },
        ],
      },
    ]);
  });

  it("writes the dates of a secret down once, in the trigger's keepers, and ends the secret by them", async () => {
    await resolvedValue(credential(undefined).outcome);
    assert.deepEqual(mocks.resource(TRIGGER, "mailman-a-1-20260101-2160h").inputs, {
      keepers: {
        credential: "mailman",
        slot: "a",
        generation: "1",
        createdAt: "2026-01-01T00:00:00Z",
        expiresAt: "2026-04-01T00:00:00Z",
      },
    });
    assert.deepEqual(mocks.resource(PASSWORD, "mailman-a").inputs, {
      applicationId: "mailman-id",
      displayName: "keyturn/dev/mailman/a/1",
      endDate: "2026-04-01T00:00:00Z",
      rotateWhenChanged: { trigger: "uuid of mailman-a-1-20260101-2160h" },
    });
  });

  it("publishes a first secret once it is proved", async () => {
    const { outcome, value } = credential(undefined);
    const { published: result, memory } = await resolvedValue(outcome);
    assert.equal(await resolvedValue(value), "value of mailman-a");
    assert.equal(await pulumi.isSecret(value), true);
    assert.equal(await pulumi.isSecret(outcome), false);
    assert.deepEqual(asked, [{ value: "value of mailman-a", purpose: "publish" }]);
    assert.deepEqual(result, {
      credential: "mailman",
      clientId,
      current: {
        slot: "a",
        generation: 1,
        keyId: keyIds["mailman-a"],
        createdAtMs: nowMs,
        expiresAtMs: nowMs + 90 * DAY_MS,
      },
      rotateAfterMs: nowMs + (45 + 3) * DAY_MS,
      splayDays: 3,
      overlapMs: 7 * DAY_MS,
      previous: undefined,
      request: undefined,
    });
    assert.equal(memory.failure, undefined);
  });

  it("rotates into the other slot and keeps the published one as it is", async () => {
    const { outcome, value } = credential(published);
    const { published: result } = await resolvedValue(outcome);
    assert.equal(await resolvedValue(value), "value of mailman-b");
    assert.deepEqual(mocks.resource(PASSWORD, "mailman-a").inputs.endDate, "2026-02-10T00:00:00Z");
    assert.equal(result?.current.slot, "b");
    assert.equal(result?.current.generation, 2);
    assert.deepEqual(result?.previous, {
      ...published.current,
      replacedAtMs: nowMs,
      retireAfterMs: nowMs + 7 * DAY_MS + HOUR_MS,
    });
  });

  it("keeps what is published when the new secret is refused, and remembers why", async () => {
    const { outcome, value } = credential(published, async () => ({
      ok: false,
      kind: "rejected",
      reason: "refused",
    }));
    const { published: result, memory } = await resolvedValue(outcome);
    assert.equal(await resolvedValue(value), "value of mailman-a");
    assert.deepEqual(result, published);
    assert.deepEqual(memory.failure, {
      generation: 2,
      kind: "rejected",
      reason: "refused",
      attempts: 1,
      lastAttemptAtMs: nowMs,
      settings: "digest",
    });
  });

  it("publishes nothing when a first secret is refused", async () => {
    const { outcome } = credential(undefined, async () => ({
      ok: false,
      kind: "unavailable",
      reason: "HTTP 503",
    }));
    const { published: result, memory } = await resolvedValue(outcome);
    assert.equal(result, undefined);
    assert.equal(memory.failure?.generation, 1);
  });

  it("watches the published secret when nothing is due, and says when it stopped working", async () => {
    const calm = { ...published, rotateAfterMs: nowMs + DAY_MS };
    const good = await resolvedValue(credential(calm).outcome);
    assert.deepEqual(asked, [{ value: "value of mailman-a", purpose: "watch" }]);
    assert.deepEqual(good.published, calm);
    assert.equal(good.memory.broken, undefined);
    const bad = await resolvedValue(
      credential(calm, async () => ({ ok: false, kind: "rejected", reason: "deleted" })).outcome,
    );
    assert.deepEqual(bad.memory.broken, { generation: 1, kind: "rejected", reason: "deleted" });
  });
});

describe("RotatingCredential in a preview", () => {
  it("asks nobody", async () => {
    mocks = await mockPulumi({
      preview: true,
      outputs: ({ type, name }) =>
        type === PASSWORD
          ? { keyId: keyIds[name], value: "v", startDate: "2026-01-01T00:00:00Z" }
          : type === SPLAY
            ? { result: 1 }
            : { clientId, objectId: "o", result: "u" },
    });
    await resolvedValue(credential(published).outcome);
    assert.deepEqual(asked, []);
  });
});
