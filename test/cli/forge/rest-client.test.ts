import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ForgeRequestError } from "../../../cli/forge/rest-client.ts";
import { type ApiAnswer, CUT, NOW_MS, quickClient, SILENCE, startApi } from "./api-server.ts";

/** Answers in turn, the last one for ever. */
function inTurn<T>(...answers: [T, ...T[]]): () => T {
  let turn = 0;
  return () => answers[Math.min(turn++, answers.length - 1)] ?? answers[0];
}

async function failure(work: Promise<unknown>): Promise<ForgeRequestError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ForgeRequestError, String(error));
  return error;
}

describe("a request to a forge", () => {
  it("is repeated while trouble passes", async (t) => {
    const api = await startApi(
      t,
      inTurn<ApiAnswer | typeof CUT>({ status: 502 }, CUT, { status: 503 }, { body: { ok: 1 } }),
    );
    const { json } = await quickClient(api.origin).send({ path: "/thing" });
    assert.deepEqual(json, { ok: 1 });
    assert.equal(api.requests.length, 4);
  });

  it("waits for as long as a limit says, whatever is asked", async (t) => {
    for (const limit of [
      { status: 429, headers: { "retry-after": "0" } },
      { status: 403, headers: { "retry-after": "0" } },
      { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW_MS / 1000) } },
    ]) {
      const api = await startApi(t, inTurn<ApiAnswer>(limit, { body: {} }));
      await quickClient(api.origin).send({ method: "POST", path: "/thing", body: {} });
      assert.equal(api.requests.length, 2, JSON.stringify(limit));
    }
  });

  it("does not wait for hours", async (t) => {
    const hour = String(NOW_MS / 1000 + 3600);
    const limits = [{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": hour }, { "retry-after": "3600" }];
    for (const headers of limits) {
      const api = await startApi(t, () => ({
        status: 403,
        headers: headers as Record<string, string>,
        body: { message: "limit" },
      }));
      assert.equal((await failure(quickClient(api.origin).send({ path: "/thing" }))).status, 403);
      assert.equal(api.requests.length, 1);
    }
  });

  it("is not repeated if it may have made something", async (t) => {
    for (const trouble of [{ status: 502 }, CUT] as const) {
      const api = await startApi(t, () => trouble);
      const error = await failure(quickClient(api.origin).send({ method: "POST", path: "/thing", body: {} }));
      assert.equal(api.requests.length, 1);
      assert.ok(error.isUncertain);
    }
  });

  it("is not repeated if it was refused, and says why in the service's words", async (t) => {
    const api = await startApi(t, () => ({
      status: 403,
      body: { message: "Resource not accessible\u001b[31m", token: "x" },
    }));
    const error = await failure(quickClient(api.origin).send({ path: "/thing?secret=1" }));
    assert.equal(api.requests.length, 1);
    assert.equal(error.message, "GitHub refused GET /thing (403: Resource not accessible\\u{001b}[31m)");
    assert.equal(error.isUncertain, false);
  });

  it("ends where no answer comes, and where a page comes instead of one", async (t) => {
    const silent = await startApi(t, () => SILENCE);
    const client = quickClient(silent.origin, { attemptTimeoutMs: 20 });
    assert.match(
      (await failure(client.send({ method: "POST", path: "/thing" }))).message,
      /did not answer POST \/thing: ETIMEDOUT/,
    );
    const page = await startApi(t, () => ({ body: "<html>sign in</html>" }));
    assert.match(
      (await failure(quickClient(page.origin).send({ path: "/thing" }))).message,
      /what is no JSON/,
    );
  });

  it("sends its token to the API alone", async (t) => {
    const api = await startApi(t, () => ({ body: [] }));
    const client = quickClient(`${api.origin}/api/v3`);
    await client.send({ path: "repos/x" });
    assert.equal(api.requests[0]?.path, "/api/v3/repos/x");
    assert.equal(api.requests[0]?.headers.authorization, "Bearer forge-token");
    for (const path of [
      "https://evil.example/api/v3/x",
      `${api.origin}/elsewhere`,
      `${api.origin}/api/v3/../x`,
    ]) {
      assert.match((await failure(client.send({ path }))).message, /to which no token is sent/);
    }
    assert.equal(api.requests.length, 1);
  });

  it("finds the next page", async (t) => {
    const links: [string, string | undefined][] = [
      [
        '<https://x.example/?page=2>; rel="next", <https://x.example/?page=9>; rel="last"',
        "https://x.example/?page=2",
      ],
      [
        '<https://x.example/?page=1>; rel="prev", <https://x.example/?page=3>; rel="next"',
        "https://x.example/?page=3",
      ],
      ['<https://x.example/?page=1>; rel="first"', undefined],
    ];
    for (const [link, next] of links) {
      const api = await startApi(t, () => ({ headers: { link }, body: [] }));
      assert.equal((await quickClient(api.origin).send({ path: "/list" })).next, next);
    }
  });
});
