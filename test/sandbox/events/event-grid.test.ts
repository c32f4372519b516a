import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DAY_MS,
  NOON_MS,
  SUBSCRIPTION,
  secondsOf,
  TEAM_ID,
  TO_TEAM,
  TOPIC_ID,
  VAULT_ID,
  watchedVault,
} from "./watched-vault.ts";

const EXPIRES = secondsOf(NOON_MS + 90 * DAY_MS);

test("a version made after the subscription is announced, near expiry 30 days ahead, and expired", async () => {
  const { setSecret, subscribe, timeline, told, store } = await watchedVault();
  await subscribe("alerts", { destination: TO_TEAM });
  const version = await setSecret({ secretName: "mailman", expires: EXPIRES });
  assert.equal(store.state.events.outbox.length, 2, "one mail, one text message, at once");

  await timeline.advance(60 * DAY_MS - 1000);
  assert.equal(store.state.events.outbox.length, 2, "one second before the day");
  const report = await timeline.advance(1000);
  assert.equal(report.messages.length, 2);
  await timeline.advance(100 * DAY_MS);

  const subject = (when: string) => `Fired: Sev1 Azure Monitor alert alerts on kv-mail at ${when}`;
  const twice = (when: string) => [
    `${when} email sell@example.com ${subject(when)}`,
    `${when} sms +49 151 ${subject(when)}`,
  ];
  assert.deepEqual(told(), [
    ...twice("2025-01-01T12:00:00Z"),
    ...twice("2025-03-02T12:00:00Z"),
    ...twice("2025-04-01T12:00:00Z"),
  ]);
  const [near] = report.messages;
  assert.equal(
    near?.text,
    `Runbook: rotate\nSecret mailman in vault kv-mail (version ${version}, expiry 2025-04-01T12:00:00Z) is about to expire.`,
  );
  assert.deepEqual(near?.alert && { ...near.alert, id: "" }, {
    id: "",
    rule: "alerts",
    severity: "Sev1",
    condition: "Fired",
    target: VAULT_ID,
  });
  assert.match(
    near?.alert?.id ?? "",
    new RegExp(`^${SUBSCRIPTION}/providers/Microsoft.AlertsManagement/alerts/`),
  );
  assert.equal(store.state.events.alerts.length, 3);
});

test("versions that were there before the subscription are silent, also after it is made anew", async () => {
  const { setSecret, subscribe, remove, timeline, told } = await watchedVault();
  await setSecret({ secretName: "old", expires: EXPIRES });
  await subscribe("alerts", { destination: TO_TEAM });
  await timeline.advance(1000);
  await setSecret({ secretName: "new", expires: EXPIRES });
  await remove(`${TOPIC_ID}/eventSubscriptions/alerts`);
  await subscribe("alerts", { destination: TO_TEAM });
  const before = told().length;
  await timeline.advance(200 * DAY_MS);
  assert.equal(told().length, before);
});

test("only the current version counts, and a rotation in time means no alert", async () => {
  const { setSecret, subscribe, timeline, told } = await watchedVault();
  const filter = {
    includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry", "Microsoft.KeyVault.SecretExpired"],
  };
  await subscribe("alerts", { destination: TO_TEAM, filter });
  for (let n = 0; n < 5; n++) {
    await setSecret({ secretName: "mailman", expires: secondsOf(NOON_MS + (n * 45 + 90) * DAY_MS) });
    await timeline.advance(45 * DAY_MS);
  }
  assert.deepEqual(told(), []);
  await timeline.advance(15 * DAY_MS);
  assert.equal(told().length, 2, "the last one was not followed by another");
});

test("a new expiry date is a new announcement; the same one is not", async () => {
  const { setSecret, subscribe, timeline, told, store } = await watchedVault();
  await subscribe("near", {
    destination: TO_TEAM,
    filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry"] },
  });
  await setSecret({ secretName: "mailman", expires: secondsOf(NOON_MS + 10 * DAY_MS) });
  assert.equal(told().length, 2, "less than 30 days are left from the start");
  const expire = (expires: number) =>
    store.update((draft) => {
      const version = draft.keyVault.vaults["kv-mail"]?.secrets.mailman?.versions[0];
      if (version) version.expires = expires;
    });
  await expire(secondsOf(NOON_MS + 60 * DAY_MS));
  await timeline.advance(29 * DAY_MS);
  assert.equal(told().length, 2);
  await timeline.advance(1 * DAY_MS);
  assert.equal(told().length, 4);
  await timeline.advanceTo(NOON_MS, { allowBackwards: true });
  await timeline.advance(35 * DAY_MS);
  assert.equal(told().length, 4, "a clock that went back and forth says nothing twice");
});

test("a deleted secret is silent; recovered, it goes on without being new", async () => {
  const { setSecret, subscribe, timeline, told, store } = await watchedVault();
  await subscribe("alerts", { destination: TO_TEAM });
  await setSecret({ secretName: "mailman", expires: EXPIRES });
  const vault = () => store.state.keyVault.vaults["kv-mail"];
  const secret = vault()?.secrets.mailman;
  assert.ok(secret);
  await store.update((draft) => {
    const held = draft.keyVault.vaults["kv-mail"];
    if (held === undefined) return;
    delete held.secrets.mailman;
    const deletedDate = secondsOf(NOON_MS);
    held.deletedSecrets.mailman = { ...secret, deletedDate, scheduledPurgeDate: deletedDate + 90 * 86400 };
  });
  await timeline.advance(65 * DAY_MS);
  assert.equal(told().length, 2);
  await store.update((draft) => {
    const held = draft.keyVault.vaults["kv-mail"];
    if (held === undefined) return;
    delete held.deletedSecrets.mailman;
    held.secrets.mailman = secret;
  });
  assert.equal(told().length, 4, "near expiry by now, and not a new version");
  await timeline.advance(1 * DAY_MS);
  assert.equal(told().length, 4);
});

test("what is soft-deleted is purged when its retention is over", async () => {
  const { setSecret, timeline, store } = await watchedVault();
  await setSecret({ secretName: "mailman" });
  await store.update((draft) => {
    const held = draft.keyVault.vaults["kv-mail"];
    const secret = held?.secrets.mailman;
    if (held === undefined || secret === undefined) return;
    delete held.secrets.mailman;
    const deletedDate = secondsOf(NOON_MS);
    held.deletedSecrets.mailman = { ...secret, deletedDate, scheduledPurgeDate: deletedDate + 7 * 86400 };
  });
  const deleted = () => Object.keys(store.state.keyVault.vaults["kv-mail"]?.deletedSecrets ?? {});
  await timeline.advance(7 * DAY_MS - 1000);
  assert.deepEqual(deleted(), ["mailman"]);
  await timeline.advance(1000);
  assert.deepEqual(deleted(), []);
});

test("a subscription that has ended, and an action group that is switched off or gone, tell nobody", async () => {
  const { setSecret, subscribe, timeline, told, put, remove } = await watchedVault();
  await subscribe("ended", { destination: TO_TEAM, expirationTimeUtc: "2025-01-02T00:00:00Z" });
  await subscribe("lasting", { destination: TO_TEAM });
  await setSecret({ secretName: "one" });
  assert.equal(told().length, 4);
  await timeline.advance(DAY_MS);
  await setSecret({ secretName: "two" });
  assert.equal(told().length, 6);
  const mail = [{ emailAddress: "sell@example.com" }];
  await put(TEAM_ID, "Microsoft.Insights/actionGroups", { enabled: false, emailReceivers: mail });
  await setSecret({ secretName: "three" });
  await remove(TEAM_ID);
  await setSecret({ secretName: "four" });
  assert.equal(told().length, 6);
});

test("a subscription on the vault itself works as one on its topic; other services are only noted", async () => {
  const { setSecret, put, store } = await watchedVault();
  const id = `${VAULT_ID}/providers/Microsoft.EventGrid/eventSubscriptions/direct`;
  await put(id, "Microsoft.EventGrid/eventSubscriptions", {
    destination: { endpointType: "StorageQueue", properties: { resourceId: "/queues/q" } },
  });
  await setSecret({ secretName: "one" });
  const [entry] = store.state.events.outbox;
  assert.deepEqual(
    { via: entry?.via, who: entry?.who, what: entry?.what, outcome: entry?.outcome },
    {
      via: "event grid",
      who: "StorageQueue /queues/q",
      what: "Microsoft.KeyVault.SecretNewVersionCreated",
      outcome: "not posted",
    },
  );
});
