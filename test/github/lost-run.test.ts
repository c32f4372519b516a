import assert from "node:assert/strict";
import { dirname } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { hasKey } from "../../cli/forge/hidden-key.ts";
import { runProcess } from "../../tools/run-process.ts";
import { type ApiAnswer, type ApiRequest, startApi } from "../cli/forge/api-server.ts";

const SCRIPT = fileURLToPath(new URL("../../.github/report-lost-run.js", import.meta.url));
const TOKEN = "a-token-of-the-job";

async function run(t: TestContext, answer: (request: ApiRequest) => ApiAnswer, over: object = {}) {
  const api = await startApi(t, answer);
  const env = {
    PATH: process.env.PATH,
    GITHUB_API_URL: api.origin,
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_REPOSITORY: "sell/keyturn",
    GITHUB_RUN_ID: "17",
    GITHUB_TOKEN: TOKEN,
    KEYTURN_STACK: "dev",
    ...over,
  };
  const result = await runProcess(process.execPath, [SCRIPT], {
    cwd: dirname(SCRIPT),
    env,
    timeoutMs: 30_000,
  });
  return { ...result, requests: api.requests };
}

describe("a rotation that could not even be started", () => {
  it("opens the issue that keyturn finds again and closes", async (t) => {
    const { exitCode, stdout, requests } = await run(t, ({ method }) =>
      method === "GET"
        ? { body: [{ body: null }, { body: "<!-- keyturn:rotation/dev-eu -->" }] }
        : { status: 201, body: {} },
    );
    assert.equal(exitCode, 0);
    assert.match(stdout, /An issue was opened/);
    assert.deepEqual(
      requests.map(({ method, path }) => `${method} ${path}`),
      [
        "GET /repos/sell/keyturn/issues?state=open&labels=keyturn&per_page=100",
        "POST /repos/sell/keyturn/issues",
      ],
    );
    const [, { body: sent } = assert.fail("nothing was opened")] = requests;
    const { title, body, labels } = sent as { title: string; body: string; labels: string[] };
    assert.equal(title, "Rotation did not run: stack dev");
    assert.ok(hasKey(body, "rotation/dev"), body);
    assert.match(body, /The run: https:\/\/github\.example\/sell\/keyturn\/actions\/runs\/17/);
    assert.match(body, /blob\/HEAD\/docs\/pipelines\.md#what-red-means/);
    assert.deepEqual(labels, ["keyturn"]);
    assert.ok(requests.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`));
  });

  it("opens no second one beside keyturn's own", async (t) => {
    const open = [{ body: "<!-- keyturn:rotation/dev -->\nRotation failed" }];
    const { exitCode, requests } = await run(t, () => ({ body: open }));
    assert.equal(exitCode, 0);
    assert.equal(requests.length, 1);
  });

  it("says what is wrong, without its token and without a stack trace", async (t) => {
    const refused = await run(t, () => ({ status: 403, body: { message: TOKEN } }));
    assert.equal(refused.exitCode, 1);
    assert.equal(refused.stderr, "report-lost-run: no issue could be opened: GitHub answered 403");
    const bare = await run(t, () => ({ body: [] }), { KEYTURN_STACK: "" });
    assert.equal(bare.exitCode, 2);
    assert.equal(bare.stderr, "report-lost-run: KEYTURN_STACK is not set");
    assert.equal(bare.requests.length, 0);
  });
});
