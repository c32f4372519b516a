import assert from "node:assert/strict";
import { test } from "node:test";
import { GraphClient } from "../../../../cli/audit/graph/client.ts";
import { GraphError } from "../../../../cli/audit/graph/errors.ts";
import { type OwnedSubject, readOwners } from "../../../../cli/audit/graph/owners.ts";
import { application, guid, numbers } from "../../../support/audit.ts";
import { answerFrom } from "../../../support/graph-directory.ts";
import { type GraphServer, NOW_MS, startGraph, testCredential } from "../../../support/graph-server.ts";

const directory = { applications: numbers(3).map((number) => application(number)), servicePrincipals: [] };
const subjects = numbers(3).map(
  (number): OwnedSubject => ({ type: "application", objectId: guid(number, 1) }),
);

interface Response {
  status: number;
  headers?: Record<string, string>;
}

function read({ origin }: GraphServer, pauses: number[]) {
  const client = new GraphClient({
    origin,
    credential: testCredential,
    random: () => 0,
    nowMs: () => NOW_MS,
    retryTiming: { baseDelayMs: 1, maxDelayMs: 1 },
  });
  return readOwners(client, subjects, {
    pauseMs: (ms) => Promise.resolve(void pauses.push(ms)),
    nowMs: () => NOW_MS,
  });
}

/** Answers a first batch with these, and later ones truly. */
function throttling(...first: Response[]): Parameters<typeof startGraph>[1] {
  let batches = 0;
  return (question, origin) => {
    const answered = answerFrom(directory, origin, question);
    if (batches++ > 0) return answered;
    const { responses } = answered.body as { responses: Response[] };
    for (const [index, response] of first.entries()) Object.assign(responses[index] ?? {}, response);
    return answered;
  };
}

test("what a batch throttles is asked for after the longest pause that one of its answers wants", async (context) => {
  const pauses: number[] = [];
  const server = await startGraph(
    context,
    throttling(
      { status: 429, headers: { "Retry-After": "7" } },
      { status: 429, headers: { "retry-after": new Date(NOW_MS + 19_000).toUTCString() } },
      { status: 200, headers: { "Retry-After": "100" } },
    ),
  );
  assert.equal((await read(server, pauses)).size, 3);
  assert.deepEqual(pauses, [19_000]);
});

test("without a word about it the pause doubles, and the last try is not waited for", async (context) => {
  const pauses: number[] = [];
  const server = await startGraph(context, (question, origin) => {
    const answered = answerFrom(directory, origin, question);
    const { responses } = answered.body as { responses: Response[] };
    for (const response of responses) response.status = 429;
    return answered;
  });
  await assert.rejects(read(server, pauses), (thrown: unknown) => thrown instanceof GraphError);
  assert.deepEqual(pauses, [2000, 4000, 8000, 16_000, 32_000]);
});

test("a pause of more than five minutes is not waited for", async (context) => {
  const pauses: number[] = [];
  const server = await startGraph(context, throttling({ status: 429, headers: { "Retry-After": "301" } }));
  await assert.rejects(read(server, pauses), /throttles the owners of applications for 301 s/);
  assert.deepEqual(pauses, []);
});

test("a refusal says which rights are missing", async (context) => {
  const server = await startGraph(context, throttling({ status: 403 }));
  await assert.rejects(
    read(server, []),
    (thrown: unknown) =>
      thrown instanceof GraphError &&
      thrown.isRefusal &&
      /Application\.Read\.All.*User\.Read\.All/.test(thrown.message),
  );
});
