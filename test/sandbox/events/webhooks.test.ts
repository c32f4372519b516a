import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { isOnThisMachine } from "../../../sandbox/events/webhook-delivery.ts";
import { NOON_MS, secondsOf, TEAM_ID, TO_TEAM, TOPIC_ID, VAULT_ID, watchedVault } from "./watched-vault.ts";

interface Received {
  method: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A webhook on this machine that answers as the test likes. */
async function webhook(t: TestContext, answer: (request: Received) => Answer) {
  const received: Received[] = [];
  const server = createServer(async (message, response) => {
    const sent = await text(message);
    const request = {
      method: message.method ?? "",
      headers: message.headers,
      body: sent === "" ? undefined : JSON.parse(sent),
    };
    received.push(request);
    const { status, headers = {}, body } = answer(request);
    response.writeHead(status, { ...headers, connection: "close" });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => new Promise((done) => server.close(done)));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?code=key`, received };
}

const WILLING = { status: 200, headers: { "webhook-allowed-origin": "*" } };
const NEW_VERSION = "Microsoft.KeyVault.SecretNewVersionCreated";

async function subscribedWebhook(url: string, schema: string, more: Record<string, unknown> = {}) {
  const watched = await watchedVault();
  await watched.put(
    `${TOPIC_ID}/eventSubscriptions/hook`,
    "Microsoft.EventGrid/systemTopics/eventSubscriptions",
    { eventDeliverySchema: schema, destination: { endpointType: "WebHook", properties: {} }, ...more },
    { endpointUrl: url },
  );
  return watched;
}

test("a webhook that wants events gets each as a CloudEvent", async (t) => {
  const { url, received } = await webhook(t, () => WILLING);
  const { setSecret, timeline, store } = await subscribedWebhook(url, "CloudEventSchemaV1_0");
  const version = await setSecret({ secretName: "mailman", expires: secondsOf(NOON_MS) + 1_000_000_000 });
  await timeline.settled();
  const [asked, sent, ...more] = received;
  assert.deepEqual(more, []);
  assert.equal(asked?.method, "OPTIONS");
  assert.equal(asked?.headers["webhook-request-origin"], "eventgrid.azure.net");
  assert.equal(sent?.headers["content-type"], "application/cloudevents+json; charset=utf-8");
  assert.equal(sent?.headers["aeg-event-type"], "Notification");
  assert.ok(sent);
  const { id, ...event } = sent.body as { id: string };
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(event, {
    source: VAULT_ID,
    specversion: "1.0",
    type: NEW_VERSION,
    subject: "mailman",
    time: "2025-01-01T12:00:00Z",
    data: {
      Id: `https://kv-mail.vault.localhost:1/secrets/mailman/${version}`,
      VaultName: "kv-mail",
      ObjectType: "Secret",
      ObjectName: "mailman",
      Version: version,
      NBF: null,
      EXP: secondsOf(NOON_MS) + 1_000_000_000,
    },
  });
  const [entry] = store.state.events.outbox;
  assert.equal(entry?.outcome, "delivered");
  assert.deepEqual(entry?.attempts, [{ when: "2025-01-01T12:00:00Z", result: "HTTP 200" }]);
  assert.doesNotMatch(JSON.stringify(entry), /code=key/);
});

test("in the Event Grid schema the webhook must hand the validation code back", async (t) => {
  const { url, received } = await webhook(t, ({ body }) => {
    const [event] = body as [{ eventType: string; data: { validationCode?: string } }];
    const { validationCode } = event.data;
    return { status: 200, ...(validationCode && { body: { validationResponse: validationCode } }) };
  });
  const { setSecret, timeline } = await subscribedWebhook(url, "EventGridSchema");
  await setSecret({ secretName: "mailman" });
  await timeline.settled();
  assert.deepEqual(
    received.map(({ headers, body }) => [
      headers["aeg-event-type"],
      (body as { eventType: string }[])[0]?.eventType,
    ]),
    [
      ["SubscriptionValidation", "Microsoft.EventGrid.SubscriptionValidationEvent"],
      ["Notification", NEW_VERSION],
    ],
  );
  const [event] = (received[1]?.body ?? []) as Record<string, unknown>[];
  assert.equal(event?.topic, VAULT_ID);
  assert.equal(event?.eventTime, "2025-01-01T12:00:00Z");
});

test("a webhook that refuses the handshake gets nothing", async (t) => {
  const { url, received } = await webhook(t, () => ({ status: 200 }));
  const { setSecret, timeline, store } = await subscribedWebhook(url, "CloudEventSchemaV1_0");
  await setSecret({ secretName: "mailman" });
  await timeline.settled();
  assert.deepEqual(
    received.map(({ method }) => method),
    ["OPTIONS"],
  );
  assert.equal(store.state.events.outbox[0]?.outcome, "failed");
});

test("a failing webhook is tried again on Event Grid's schedule, by the sandbox's clock", async (t) => {
  let failures = 3;
  const { url, received } = await webhook(t, ({ method }) =>
    method === "OPTIONS" || failures-- <= 0 ? WILLING : { status: 503 },
  );
  const { setSecret, timeline, store } = await subscribedWebhook(url, "CloudEventSchemaV1_0");
  await setSecret({ secretName: "mailman" });
  await timeline.settled();
  assert.equal(store.state.events.outbox[0]?.outcome, "pending");
  await timeline.advance(24 * 60 * 60 * 1000);
  assert.equal(received.length, 5);
  assert.deepEqual(store.state.events.outbox[0]?.attempts, [
    { when: "2025-01-01T12:00:00Z", result: "HTTP 503" },
    { when: "2025-01-01T12:00:10Z", result: "HTTP 503" },
    { when: "2025-01-01T12:00:40Z", result: "HTTP 503" },
    { when: "2025-01-01T12:01:40Z", result: "HTTP 200" },
  ]);
  assert.deepEqual(store.state.events.deliveries, []);
});

for (const [name, retryPolicy, status, tries] of [
  ["400 is final", {}, 400, 1],
  ["the attempts are counted", { maxDeliveryAttempts: 2 }, 500, 2],
  ["an event lives only so long", { eventTimeToLiveInMinutes: 5 }, 500, 4],
  ["a day is the longest", {}, 500, 11],
] as const) {
  test(`a delivery is given up: ${name}`, async (t) => {
    const { url, received } = await webhook(t, ({ method }) => (method === "OPTIONS" ? WILLING : { status }));
    const { setSecret, timeline, store } = await subscribedWebhook(url, "CloudEventSchemaV1_0", {
      retryPolicy,
    });
    await setSecret({ secretName: "mailman" });
    await timeline.advance(10 * 24 * 60 * 60 * 1000);
    assert.equal(received.length - 1, tries);
    assert.equal(store.state.events.outbox[0]?.outcome, "failed");
  });
}

test("an action group's webhook gets the common alert schema, and is tried six times", async (t) => {
  const { url, received } = await webhook(t, () => ({ status: 503 }));
  const { put, subscribe, setSecret, timeline, store } = await watchedVault();
  await put(TEAM_ID, "Microsoft.Insights/actionGroups", {
    groupShortName: "team",
    enabled: true,
    webhookReceivers: [{ name: "hook", serviceUri: url, useCommonAlertSchema: true }],
  });
  await subscribe("alerts", { destination: TO_TEAM });
  await setSecret({ secretName: "mailman" });
  await timeline.advance(60 * 60 * 1000);
  assert.equal(received.length, 6);
  const body = received[0]?.body as { schemaId: string; data: { essentials: Record<string, unknown> } };
  assert.equal(body.schemaId, "azureMonitorCommonAlertSchema");
  assert.equal(body.data.essentials.monitorCondition, "Fired");
  assert.equal(body.data.essentials.severity, "Sev1");
  const [entry] = store.state.events.outbox;
  assert.equal(entry?.via, "webhook");
  assert.equal(entry?.who, url.replace(/\?.*/, ""));
  assert.deepEqual(
    entry?.attempts.map(({ when }) => when.slice(14, 19)),
    ["00:00", "00:05", "00:25", "00:30", "01:10", "01:15"],
  );
});

test("nothing is ever posted to another machine", async () => {
  const { setSecret, timeline, store } = await subscribedWebhook(
    "https://hooks.example.com/x?code=key",
    "EventGridSchema",
  );
  await setSecret({ secretName: "mailman" });
  await timeline.advance(60_000);
  assert.deepEqual(store.state.events.deliveries, []);
  const [entry] = store.state.events.outbox;
  assert.equal(entry?.outcome, "not posted");
  assert.equal(entry?.who, "https://hooks.example.com/x");
});

test("only the loopback interface is this machine", () => {
  for (const url of [
    "http://localhost:1/",
    "https://LOCALHOST/x",
    "http://hook.localhost:80/",
    "http://127.0.0.1:1/",
    "http://127.1.2.3/",
    "http://[::1]:1/",
    "http://2130706433/",
  ]) {
    assert.equal(isOnThisMachine(url), true, url);
  }
  for (const url of [
    "https://example.com/",
    "http://10.0.0.1/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://localhost@example.com/",
    "http://[::ffff:8.8.8.8]/",
    "ftp://localhost/",
    "file:///etc/passwd",
    "not a URL",
    "",
  ]) {
    assert.equal(isOnThisMachine(url), false, url);
  }
});
