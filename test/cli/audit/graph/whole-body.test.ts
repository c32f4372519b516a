import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { GraphClient } from "../../../../cli/audit/graph/client.ts";
import { GraphError } from "../../../../cli/audit/graph/errors.ts";
import { testCredential } from "../../../support/graph-server.ts";
import { startHttpsServer, trust } from "../../../support/https-server.ts";

/** With umlauts, so that a character lies across any two pieces; of several pieces when it is unpacked. */
const LARGE = JSON.stringify({ value: Array.from({ length: 60_000 }, (_, index) => `ä${index}€`) });

async function clientOf(
  context: TestContext,
  answer: (attempt: number, response: ServerResponse, request: IncomingMessage) => void,
): Promise<{ client: GraphClient; attempts: () => number }> {
  let attempts = 0;
  const server = await startHttpsServer((request, response) => answer(++attempts, response, request));
  trust(server.caPem);
  context.after(() => server.close());
  const client = new GraphClient({
    origin: server.origin,
    credential: testCredential,
    random: () => 0,
    nowMs: () => 0,
    retryTiming: { baseDelayMs: 1, maxDelayMs: 2 },
  });
  context.after(() => client.stop());
  return { client, attempts: () => attempts };
}

function sendPacked(response: ServerResponse, bytes: Buffer, status = 200): void {
  response.writeHead(status, { "content-encoding": "gzip", "content-length": bytes.length });
  response.end(bytes);
}

test("compressed answers are asked for, and unpacked whole; the token goes along", async (context) => {
  const seen: IncomingMessage["headers"][] = [];
  const { client } = await clientOf(context, (_, response, request) => {
    seen.push(request.headers);
    sendPacked(response, gzipSync(LARGE));
  });
  const { text } = await client.send({ url: "/v1.0/applications", eventual: true });
  assert.equal(text, LARGE);
  assert.equal(seen[0]?.["accept-encoding"], "gzip");
  assert.equal(seen[0]?.authorization, "Bearer test-token");
  assert.equal(seen[0]?.consistencylevel, "eventual");
});

test("an answer that is not compressed is taken as it is, and so is one without content", async (context) => {
  const { client } = await clientOf(context, (attempt, response) => response.end(attempt === 1 ? LARGE : ""));
  assert.equal((await client.send({ url: "/v1.0/applications" })).text, LARGE);
  assert.equal((await client.send({ url: "/v1.0/applications" })).text, "");
});

test("a small answer after a large one, and one larger than what is kept, hold nothing of each other", async (context) => {
  const texts = [LARGE, "{}", LARGE.repeat(12), "[1]", LARGE];
  const { client } = await clientOf(context, (attempt, response) =>
    sendPacked(response, gzipSync(texts[attempt - 1] ?? "")),
  );
  for (const text of texts) {
    const answer = await client.send({ url: "/v1.0/applications" });
    assert.ok(answer.text === text, `${answer.text.length} characters instead of ${text.length}`);
  }
});

test("a compressed refusal says why", async (context) => {
  const body = JSON.stringify({ error: { code: "Authorization_RequestDenied", message: "No rights" } });
  const { client } = await clientOf(context, (_, response) => sendPacked(response, gzipSync(body), 403));
  await assert.rejects(client.send({ url: "/v1.0/applications" }), (error) => {
    assert.ok(error instanceof GraphError);
    assert.equal(error.status, 403);
    assert.match(error.message, /Authorization_RequestDenied: No rights/);
    return true;
  });
});

const packed = gzipSync(LARGE);
const broken: [string, (response: ServerResponse) => void][] = [
  ["is not what it says", (response) => sendPacked(response, Buffer.from("<html>"))],
  ["ends in the middle of its compression", (response) => sendPacked(response, packed.subarray(0, -100))],
  ["was changed on its way", (response) => sendPacked(response, Buffer.from(packed).fill(7, 5000, 5100))],
  [
    "is cut off",
    (response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length });
      response.write(packed.subarray(0, 1000), () => response.destroy());
    },
  ],
];

for (const [what, breakIt] of broken) {
  test(`a compressed answer that ${what} is asked for again`, async (context) => {
    const { client, attempts } = await clientOf(context, (attempt, response) => {
      if (attempt < 3) breakIt(response);
      else sendPacked(response, packed);
    });
    assert.equal((await client.send({ url: "/v1.0/applications" })).text, LARGE);
    assert.equal(attempts(), 3);
  });
}

test("an answer that stays broken is an error of Graph's", async (context) => {
  const { client } = await clientOf(context, (_, response) => sendPacked(response, Buffer.from("<html>")));
  await assert.rejects(client.send({ url: "/v1.0/applications" }), {
    name: "GraphError",
    message: "GET /v1.0/applications failed: PARSE_ERROR",
  });
});
