import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  parseSecretDisplayName,
  secretDisplayName,
  triggerName,
} from "../../../infra/credential/secret-name.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";

/**
 * Secrets of an old deployment with everything that replaces them if it is spelt otherwise: their descriptions,
 * their triggers' names, their dates. These strings may never change.
 */
const FROZEN = [
  {
    stack: "prod",
    credential: "mailman-office365",
    slot: "a",
    generation: 1,
    createdAtMs: Date.UTC(2026, 10, 24, 3, 12, 45),
    lifetimeMs: 180 * DAY_MS,
    displayName: "keyturn/prod/mailman-office365/a/1",
    trigger: "mailman-office365-a-1-20261124-4320h",
    endDate: "2027-05-23T03:12:45Z",
  },
  {
    stack: "dev",
    credential: "mailman-notifications",
    slot: "b",
    generation: 12,
    createdAtMs: Date.UTC(2028, 1, 29, 23, 59, 59, 999),
    lifetimeMs: 90 * DAY_MS,
    displayName: "keyturn/dev/mailman-notifications/b/12",
    trigger: "mailman-notifications-b-12-20280229-2160h",
    endDate: "2028-05-29T23:59:59Z",
  },
  {
    stack: "prod",
    credential: "a",
    slot: "a",
    generation: 123,
    createdAtMs: Date.UTC(2027, 0, 1),
    lifetimeMs: 730 * DAY_MS,
    displayName: "keyturn/prod/a/a/123",
    trigger: "a-a-123-20270101-17520h",
    endDate: "2028-12-31T00:00:00Z",
  },
  {
    stack: "prod",
    credential: "crm-1",
    slot: "b",
    generation: 2,
    createdAtMs: Date.UTC(2027, 5, 30, 12),
    // Policies may be in hours.
    lifetimeMs: 80 * DAY_MS + 5 * HOUR_MS,
    displayName: "keyturn/prod/crm-1/b/2",
    trigger: "crm-1-b-2-20270630-1925h",
    endDate: "2027-09-18T17:00:00Z",
  },
] as const;

describe("the names of living secrets", () => {
  for (const { stack, credential, createdAtMs, lifetimeMs, ...old } of FROZEN) {
    const secret = { ...old, createdAtMs, expiresAtMs: createdAtMs + lifetimeMs };
    it(`are for ${old.displayName} what they have always been`, () => {
      assert.equal(secretDisplayName(stack, credential, secret), old.displayName);
      assert.equal(triggerName(credential, secret), old.trigger);
      assert.equal(formatInstant(secret.expiresAtMs), old.endDate);
    });
  }

  it("say which secret they belong to", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
    fc.assert(
      fc.property(
        name,
        name,
        fc.constantFrom("a" as const, "b" as const),
        fc.integer({ min: 1, max: 99_999 }),
        (stack, credential, slot, generation) => {
          const text = secretDisplayName(stack, credential, { slot, generation });
          assert.deepEqual(parseSecretDisplayName(text), { stack, credential, slot, generation });
        },
      ),
    );
  });

  for (const text of [
    "",
    "Mailman's secret",
    "keyturn/prod/mailman/c/1",
    "keyturn/prod/mailman/a/",
    "keyturn/prod/mailman/a/1 ",
    "keyturn/prod/mailman/a/1/2",
    "keyturn/prod//a/1",
    "Keyturn/prod/mailman/a/1",
    " keyturn/prod/mailman/a/1",
    "keyturn/prod/mailman/a/-1",
  ]) {
    it(`are told from ${JSON.stringify(text)}, which somebody made by hand`, () =>
      assert.equal(parseSecretDisplayName(text), undefined));
  }
});

describe("the name of a trigger", () => {
  const secret = {
    slot: "a",
    generation: 2,
    createdAtMs: Date.UTC(2027, 0, 10, 23, 59, 59),
    expiresAtMs: 0,
  } as const;
  const name = (over: Partial<Record<"createdAtMs" | "expiresAtMs", number>>) => {
    const createdAtMs = over.createdAtMs ?? secret.createdAtMs;
    return triggerName("mailman", {
      ...secret,
      createdAtMs,
      expiresAtMs: createdAtMs + 90 * DAY_MS,
      ...over,
    });
  };

  it("stays the same for a day, so that an update that died is finished with the secret that it made", () => {
    assert.equal(name({ createdAtMs: Date.UTC(2027, 0, 10) }), name({}));
    assert.notEqual(name({ createdAtMs: Date.UTC(2027, 0, 11) }), name({}));
  });

  it("is another one for another lifetime", () => {
    assert.notEqual(name({ expiresAtMs: secret.createdAtMs + 91 * DAY_MS }), name({}));
  });
});
