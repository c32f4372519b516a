import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { GraphClient } from "../../../../cli/audit/graph/client.ts";
import { GraphError } from "../../../../cli/audit/graph/errors.ts";
import { askForPage, readPages } from "../../../../cli/audit/graph/pages.ts";
import type { GraphAnswer } from "../../../support/graph-directory.ts";
import { type Answer, CUT, startGraph, testCredential } from "../../../support/graph-server.ts";

const FAST = { baseDelayMs: 1, maxDelayMs: 2 };

async function pagesOf(
  context: TestContext,
  answer: Answer,
  options: { ahead?: boolean; mostItems?: number; attemptTimeoutMs?: number } = {},
): Promise<{ pages: { items: readonly unknown[] }[]; error: unknown; questions: string[]; origin: string }> {
  const { origin, questions } = await startGraph(context, answer);
  const client = new GraphClient({
    origin,
    credential: testCredential,
    random: () => 0,
    nowMs: () => 0,
    attemptTimeoutMs: options.attemptTimeoutMs ?? 5_000,
    retryTiming: FAST,
  });
  const pages: { items: readonly unknown[] }[] = [];
  let error: unknown;
  try {
    const { ahead = false, mostItems = 10_000 } = options;
    const given = readPages({
      ...{ url: "/v1.0/applications", ahead, mostItems },
      ask: (url) => askForPage(client, { url }),
      take: (items = []) => ({ items }),
    });
    for await (const page of given) pages.push(page);
  } catch (thrown) {
    error = thrown;
  }
  return { pages, error, questions: questions.map(({ url }) => url), origin };
}

const ok = (value: unknown, next?: string): GraphAnswer => ({
  status: 200,
  body: { ...(next === undefined ? {} : { "@odata.nextLink": next }), value },
});

const numbered = (page: number) => [{ id: `a${page}` }, { id: `b${page}` }];

const place = (url: string) => Number(new URL(url, "https://x").searchParams.get("p") ?? 0);

for (const ahead of [false, true]) {
  test(`pages come in order to the last one, ${ahead ? "ahead" : "one by one"}`, async (context) => {
    const { pages, error } = await pagesOf(
      context,
      ({ url }, origin) =>
        ok(numbered(place(url)), place(url) < 3 ? `${origin}/v1.0/x?p=${place(url) + 1}` : undefined),
      { ahead },
    );
    assert.equal(error, undefined);
    assert.deepEqual(
      pages.map(({ items }) => items),
      [numbered(0), numbered(1), numbered(2), numbered(3)],
    );
  });
}

test("a page that comes twice is given out once", async (context) => {
  const { pages, error } = await pagesOf(context, ({ url }, origin) => {
    const at = place(url);
    return ok(numbered(at === 2 ? 1 : at), at < 3 ? `${origin}/v1.0/x?p=${at + 1}` : undefined);
  });
  assert.equal(error, undefined);
  assert.deepEqual(
    pages.map(({ items }) => items),
    [numbered(0), numbered(1), [], numbered(3)],
  );
});

const broken: [string, Answer, RegExp][] = [
  [
    "pages that lead back to an earlier one",
    ({ url }, origin) => ok(numbered(place(url)), `${origin}/v1.0/x?p=${(place(url) % 3) + 1}`),
    /lead back/,
  ],
  [
    "the same page under ever new addresses",
    ({ url }, origin) => ok(numbered(1), `${origin}/v1.0/x?p=${place(url) + 1}`),
    /again and again/,
  ],
  [
    "empty pages without end",
    ({ url }, origin) => ok([], `${origin}/v1.0/x?p=${place(url) + 1}`),
    /empty pages/,
  ],
  [
    "ever new entries without end",
    ({ url }, origin) => ok(numbered(place(url)), `${origin}/v1.0/x?p=${place(url) + 1}`),
    /do not end/,
  ],
  [
    "a next page on another host",
    () => ok(numbered(0), "https://evil.example/v1.0/x"),
    /refers to https:\/\/evil/,
  ],
  ["a next page that is no address", () => ok(numbered(0), "https://["), /no valid address/],
  ["something that is no page", () => ok("nothing"), /no page of a collection/],
  ["something that is no JSON", () => ({ status: 200, body: "<html>" }), /no JSON/],
  ["an answer that is cut, again and again", () => CUT, /failed/],
];
for (const [what, answer, message] of broken) {
  test(`${what}: broken off with an error`, async (context) => {
    const { error } = await pagesOf(context, answer, { mostItems: 100 });
    assert.ok(error instanceof GraphError, String(error));
    assert.match(error.message, message);
  });
}

test("nothing is asked of another host", async (context) => {
  const asked: string[] = [];
  const other = await startGraph(context, ({ url }) => {
    asked.push(url);
    return ok([]);
  });
  await pagesOf(context, () => ok(numbered(0), `${other.origin}/v1.0/x`));
  assert.deepEqual(asked, []);
});

test("what is worth it is tried again: throttled, a server's own trouble, a cut answer, broken JSON", async (context) => {
  let attempt = 0;
  const answers: (GraphAnswer | typeof CUT)[] = [
    { status: 429, body: {}, headers: { "retry-after-ms": "1" } },
    { status: 503, body: {}, headers: { "retry-after": "0" } },
    { status: 500, body: {} },
    CUT,
    { status: 200, body: '{"value": [{"id"' },
  ];
  const { pages, error } = await pagesOf(context, () => answers[attempt++] ?? ok(numbered(7)));
  assert.equal(error, undefined);
  assert.deepEqual(pages[0]?.items, numbered(7));
  assert.equal(attempt, 6);
});

test("a page that is broken on its way is asked for again, three times at most", async (context) => {
  const brokenPages: GraphAnswer[] = [
    { status: 200, body: "<html>a proxy's own page</html>" },
    { status: 200, body: '{"value": [{"id": "a' },
    { status: 200, body: { value: null } },
    { status: 200, body: "" },
    ok("nothing"),
  ];
  for (const many of [1, 3, 4]) {
    for (const page of brokenPages) {
      let attempt = 0;
      const { pages, error } = await pagesOf(context, ({ url }, origin) => {
        if (place(url) === 0) return ok(numbered(0), `${origin}/v1.0/x?p=1`);
        return attempt++ < many ? page : ok(numbered(1));
      });
      const given = pages.map(({ items }) => items);
      if (many <= 3) {
        assert.equal(error, undefined);
        assert.deepEqual(given, [numbered(0), numbered(1)]);
      } else {
        assert.ok(error instanceof GraphError, String(error));
        assert.match(error.message, /answered 4 times with what is no JSON|no page of a collection/);
        assert.deepEqual(given, [numbered(0)], "what came before is good");
      }
      assert.equal(attempt, Math.min(many + 1, 4));
    }
  }
});

test("a stop ends the wait for a broken page", async (context) => {
  const { origin } = await startGraph(context, () => ({ status: 200, body: "<html>" }));
  const hour = 3_600_000;
  const client: GraphClient = new GraphClient({
    ...{ origin, credential: testCredential, nowMs: () => 0 },
    // Asked for when the pause begins.
    random: () => {
      setImmediate(() => client.stop());
      return 0;
    },
    retryTiming: { baseDelayMs: hour, maxDelayMs: hour },
  });
  const asked = client.sendForJson({ url: "/v1.0/applications" });
  await assert.rejects(asked, { name: "GraphError", message: "the audit was stopped" });
});

test("a server that does not answer is given up in time", async (context) => {
  const never: Answer = () => new Promise<GraphAnswer>(() => undefined);
  const { error } = await pagesOf(context, never, { attemptTimeoutMs: 20 });
  assert.ok(error instanceof GraphError);
  assert.equal(error.code, "ETIMEDOUT");
});

test("a refusal is an error at once, with Graph's own code, made safe", async (context) => {
  const { error, questions } = await pagesOf(context, () => ({
    status: 403,
    body: { error: { code: "Authorization_RequestDenied", message: "No \u001b[31mrights\u202e" } },
  }));
  assert.ok(error instanceof GraphError);
  assert.equal(error.isRefusal, true);
  assert.equal(error.code, "Authorization_RequestDenied");
  assert.match(
    error.message,
    /GET \/v1\.0\/applications answered 403, Authorization_RequestDenied: No \\u\{001b\}/,
  );
  assert.equal(questions.length, 1);
});
