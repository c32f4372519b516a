import assert from "node:assert/strict";
import { test } from "node:test";
import { createHttpHeaders, createPipelineRequest, RestError } from "@azure/core-rest-pipeline";
import { graphRetryStrategy, retryAfterMs } from "../../../../cli/audit/graph/retry.ts";

const NOW_MS = Date.parse("2027-03-01T12:00:00Z");

function decide(status: number, headers: Record<string, string> = {}, retryCount = 0, random = 0) {
  const strategy = graphRetryStrategy(
    () => random,
    () => NOW_MS,
  );
  const response = {
    status,
    headers: createHttpHeaders(headers),
    request: createPipelineRequest({ url: "https://graph.microsoft.com" }),
  };
  return strategy.retry({ response, retryCount });
}

test("what a server asks for counts, in seconds, milliseconds, or as a date", () => {
  assert.deepEqual(decide(429, { "retry-after": "17" }), { retryAfterInMs: 17_000 });
  assert.deepEqual(decide(503, { "retry-after-ms": "250" }), { retryAfterInMs: 250 });
  assert.deepEqual(decide(429, { "retry-after": "Mon, 01 Mar 2027 12:01:00 GMT" }), {
    retryAfterInMs: 60_000,
  });
  assert.deepEqual(decide(429, { "retry-after": "Mon, 01 Mar 2027 11:00:00 GMT" }), { retryAfterInMs: 0 });
  assert.equal(retryAfterMs(createHttpHeaders({ "retry-after": "soon" }), NOW_MS), undefined);
  assert.equal(retryAfterMs(createHttpHeaders({ "retry-after": "99999999999" }), NOW_MS), undefined);
});

test("a pause of more than five minutes is not waited for", () => {
  assert.deepEqual(decide(429, { "retry-after": "300" }), { retryAfterInMs: 300_000 });
  assert.deepEqual(decide(429, { "retry-after": "301" }), { skipStrategy: true });
});

test("otherwise pauses double up to half a minute, and are spread", () => {
  const pauses = (random: number) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((count) => decide(503, {}, count, random).retryAfterInMs);
  assert.deepEqual(pauses(0), [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  assert.deepEqual(pauses(1), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test("an error that will not go away is not tried again; a lost connection is", () => {
  for (const status of [400, 401, 403, 404, 409, 501])
    assert.deepEqual(decide(status), { skipStrategy: true });
  const strategy = graphRetryStrategy(
    () => 0,
    () => NOW_MS,
  );
  const lost = new RestError("reset", { code: "ECONNRESET" });
  assert.deepEqual(strategy.retry({ responseError: lost, retryCount: 0 }), { retryAfterInMs: 250 });
});
