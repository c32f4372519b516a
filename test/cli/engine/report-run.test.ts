import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sendEvents } from "../../../cli/engine/report-run.ts";
import type { Fetch } from "../../../infra/directory-time.ts";

const KEY = "11111111-1111-4111-8111-111111111111";
const CONNECTION = `InstrumentationKey=${KEY};IngestionEndpoint=https://in.example.com/;LiveEndpoint=https://live.example.com/`;
const ACCEPTED = { itemsReceived: 1, itemsAccepted: 1, errors: [] };

/** Answers in turn, and keeps what was sent; a number is a status without a body, text an error. */
function answering(...answers: (object | number | string)[]) {
  const sent: { url: string; body: unknown }[] = [];
  const fetch: Fetch = (url, { body }) => {
    sent.push({ url, body: JSON.parse(String(body)) });
    const answer = answers[Math.min(sent.length, answers.length) - 1] ?? 500;
    if (typeof answer === "string") return Promise.reject(new Error(answer));
    return Promise.resolve(
      typeof answer === "number" ? new Response(null, { status: answer }) : Response.json(answer),
    );
  };
  return { sent, fetch };
}

const pauses: number[] = [];
const report = (fetch: Fetch, connection = CONNECTION) =>
  sendEvents(connection, {
    events: [{ name: "KeyturnRotationRun", properties: { stack: "prod", outcome: "succeeded" } }],
    at: "2026-01-01T00:00:00Z",
    fetch,
    random: () => 0.5,
    sleep: async (ms) => pauses.push(ms),
  });

describe("the report of a run", () => {
  it("is a custom event at the component's own endpoint", async () => {
    const { sent, fetch } = answering(ACCEPTED);
    assert.equal(await report(fetch), undefined);
    assert.deepEqual(sent, [
      {
        url: "https://in.example.com/v2.1/track",
        body: [
          {
            name: "Microsoft.ApplicationInsights.Event",
            time: "2026-01-01T00:00:00Z",
            iKey: KEY,
            tags: { "ai.cloud.role": "keyturn" },
            data: {
              baseType: "EventData",
              baseData: {
                ver: 2,
                name: "KeyturnRotationRun",
                properties: { stack: "prod", outcome: "succeeded" },
              },
            },
          },
        ],
      },
    ]);
  });

  it("is tried three times while the service is unwell, with a pause before each further try", async () => {
    pauses.length = 0;
    const unwell = answering(503, "connection reset", ACCEPTED);
    assert.equal(await report(unwell.fetch), undefined);
    assert.equal(unwell.sent.length, 3);
    const dead = answering("connection reset");
    assert.equal(await report(dead.fetch), "connection reset");
    assert.equal(dead.sent.length, 3);
    const throttled = answering(429);
    assert.equal(await report(throttled.fetch), "it answered 429");
    assert.equal(throttled.sent.length, 3);
    assert.deepEqual(pauses, [1000, 2000, 1000, 2000, 1000, 2000]);
  });

  it("is not repeated when it is refused, be it with a status of success", async () => {
    const errors = [{ index: 0, statusCode: 400, message: "Invalid instrumentation key" }];
    const refused = answering({ itemsReceived: 1, itemsAccepted: 0, errors });
    assert.equal(await report(refused.fetch), "Invalid instrumentation key");
    assert.equal(refused.sent.length, 1);
    assert.equal(pauses.length, 6, "nothing is waited for");
    assert.equal(await report(answering(404).fetch), "it answered 404");
  });

  it("takes several events at once, and is not done until all were taken", async () => {
    const events = ["First", "Second"].map((name) => ({ name, properties: {} }));
    const send = (fetch: Fetch) => sendEvents(CONNECTION, { events, at: "2026-01-01T00:00:00Z", fetch });
    const { sent, fetch } = answering({ itemsReceived: 2, itemsAccepted: 2, errors: [] });
    assert.equal(await send(fetch), undefined);
    const body = (sent[0] ?? assert.fail()).body as { data: { baseData: { name: string } } }[];
    assert.deepEqual(
      body.map(({ data }) => data.baseData.name),
      ["First", "Second"],
    );
    const errors = [{ index: 1, statusCode: 400, message: "no" }];
    assert.equal(await send(answering({ itemsReceived: 2, itemsAccepted: 1, errors }).fetch), "no");
  });

  it("needs a whole connection string", async () => {
    const { sent, fetch } = answering(ACCEPTED);
    for (const broken of [
      "",
      `InstrumentationKey=${KEY}`,
      `InstrumentationKey=${KEY};IngestionEndpoint=nowhere`,
    ]) {
      assert.match((await report(fetch, broken)) ?? "", /names no InstrumentationKey and IngestionEndpoint/);
    }
    assert.equal(sent.length, 0);
  });
});
