import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createApplication } from "../../../sandbox/entra/applications.ts";
import { addPassword, judgePassword, removePassword } from "../../../sandbox/entra/passwords.ts";
import { isoSeconds } from "../../../sandbox/iso-time.ts";
import { NOW_MS, newDirectory, refusedWith } from "./directory.ts";

const application = (signInAudience = "AzureADMyOrg") => {
  const { entra, context } = newDirectory();
  return { holder: createApplication(entra, { displayName: "mailman", signInAudience }, context), context };
};

test("a secret looks like Entra's, and only its hash is kept", () => {
  const { holder, context } = application();
  const values = Array.from({ length: 200 }, () => addPassword(holder, {}, context).secretText);
  for (const value of values) assert.match(value, /^[A-Za-z0-9._~-]{3}8Q~[A-Za-z0-9._~-]{34}$/);
  assert.equal(new Set(values).size, values.length);
  const kept = JSON.stringify(holder);
  assert.ok(values.every((value) => !kept.includes(value)));
});

test("dates are kept to the second; without any, a secret is valid from now for two years", () => {
  const { holder, context } = application();
  const plain = addPassword(holder, {}, context).credential;
  assert.deepEqual(
    [plain.startDateTime, plain.endDateTime],
    ["2025-02-14T11:30:00Z", "2027-02-14T11:30:00Z"],
  );
  const dated = addPassword(
    holder,
    {
      startDateTime: "2025-03-01T00:00:00.123Z",
      endDateTime: "2025-04-01T02:00:00+02:00",
      displayName: "b 2",
    },
    context,
  ).credential;
  assert.deepEqual(
    [dated.startDateTime, dated.endDateTime, dated.displayName],
    ["2025-03-01T00:00:00Z", "2025-04-01T00:00:00Z", "b 2"],
  );
});

test("dates that make no window are refused, and nothing is added", () => {
  const { holder, context } = application();
  for (const args of [
    { startDateTime: "tomorrow" },
    { endDateTime: "2025-13-01T00:00:00Z" },
    { endDateTime: "2025-02-14T11:30:00Z" },
    { startDateTime: "2025-03-01T00:00:00Z", endDateTime: "2025-02-28T00:00:00Z" },
  ]) {
    assert.throws(() => addPassword(holder, args, context), refusedWith(400));
  }
  assert.deepEqual(holder.passwordCredentials, []);
});

test("a secret is accepted from its start to just before its end, once the replica knows of it", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1000, max: 1000 }),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: -1200, max: 2200 }),
      (startSeconds, lifetimeSeconds, delaySeconds, askedSeconds) => {
        const { holder, context } = application();
        const startMs = NOW_MS + startSeconds * 1000;
        const endMs = startMs + lifetimeSeconds * 1000;
        const dates = { startDateTime: isoSeconds(startMs), endDateTime: isoSeconds(endMs) };
        const { secretText } = addPassword(holder, dates, context);
        const nowMs = NOW_MS + askedSeconds * 1000;
        const propagationMs = delaySeconds * 1000;
        const { verdict } = judgePassword(holder.passwordCredentials, secretText, { nowMs, propagationMs });
        const known = nowMs >= NOW_MS + propagationMs;
        assert.equal(verdict === "accepted", known && nowMs >= startMs && nowMs < endMs);
        if (known && nowMs >= endMs) assert.equal(verdict, "expired");
      },
    ),
  );
});

test("removing takes the secret meant, once", () => {
  const { holder, context } = application();
  const [first, second] = [addPassword(holder, {}, context), addPassword(holder, {}, context)];
  removePassword(holder, first.credential.keyId);
  assert.deepEqual(
    holder.passwordCredentials.map(({ keyId }) => keyId),
    [second.credential.keyId],
  );
  assert.throws(() => removePassword(holder, first.credential.keyId), refusedWith(400));
});

test("an application for personal accounts holds two secrets, any other as many as its manifest", () => {
  const personal = application("AzureADandPersonalMicrosoftAccount");
  addPassword(personal.holder, {}, personal.context);
  addPassword(personal.holder, {}, personal.context);
  assert.throws(() => addPassword(personal.holder, {}, personal.context), refusedWith(400, /at most 2/));
  const { holder, context } = application();
  for (let i = 0; i < 1200; i++) addPassword(holder, {}, context);
  assert.throws(() => addPassword(holder, {}, context), refusedWith(403, /1200/));
});
