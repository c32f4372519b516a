import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { entraVerifier } from "../../../infra/credential/entra-verifier.ts";
import { type VerifyArgs, verifySecret } from "../../../infra/credential/verify.ts";
import { MINUTE_MS } from "../../../infra/duration.ts";
import type { Verdict } from "../../../infra/rotation/outcome.ts";
import { requestClientCredentialsToken } from "../../../runtime/src/token-request.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const SECRET = "kt-secret~that-must-not-show";
const SECOND_MS = 1000;

/** What the token endpoint answers: a token, an error, silence, or nothing at all. */
type Scripted =
  | "token"
  | "silence"
  | "refused connection"
  | "nonsense"
  | { status: number; error?: string; code?: number; retryAfter?: string };

interface Run {
  verdict: Verdict;
  /** When each request was sent, in seconds after the first. */
  atSeconds: number[];
  tookMs: number;
}

/** Verifies against an endpoint that answers so, the last answer going on for ever, in time that is moved. */
async function verify(script: readonly Scripted[], over: Partial<VerifyArgs> = {}): Promise<Run> {
  const time = new VirtualTime();
  const startedMs = time.monotonicMs();
  const sentAtMs: number[] = [];
  const fetch = (_url: string, init: RequestInit): Promise<Response> => {
    const answer = script[Math.min(sentAtMs.length, script.length - 1)] ?? "token";
    sentAtMs.push(time.monotonicMs() - startedMs);
    assert.match(String(init.body), /client_secret=kt-secret/);
    return respond(answer, init);
  };
  const pending = verifySecret({
    requestToken: (withinMs) =>
      requestClientCredentialsToken({
        authorityHost: "https://login.example.com",
        tenantId: "tenant",
        clientId: "client",
        clientSecret: SECRET,
        scope: "https://graph.microsoft.com/.default",
        fetch,
        clock: time,
        timeoutMs: Math.min(withinMs, 10 * SECOND_MS),
      }),
    successes: 3,
    pauseMs: SECOND_MS,
    windowMs: 5 * MINUTE_MS,
    monotonicMs: () => time.monotonicMs(),
    sleep: (ms) => new Promise((done) => void time.setTimer(() => done(), ms)),
    ...over,
  });
  const verdict = await time.until(pending, 2 * 3_600_000);
  assert.equal(time.timers, 0, "no timer is left");
  assert.doesNotMatch(JSON.stringify(verdict), /kt-secret/);
  return {
    verdict,
    atSeconds: sentAtMs.map((ms) => ms / SECOND_MS),
    tookMs: time.monotonicMs() - startedMs,
  };
}

function respond(answer: Scripted, init: RequestInit): Promise<Response> {
  if (answer === "silence") {
    return new Promise((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
    });
  }
  if (answer === "refused connection") {
    const cause = Object.assign(new Error("no"), { code: "ECONNREFUSED" });
    return Promise.reject(new TypeError("fetch failed", { cause }));
  }
  if (answer === "token") {
    const token = { token_type: "Bearer", expires_in: 3600, access_token: "ey.of.a.token" };
    return Promise.resolve(Response.json(token));
  }
  if (answer === "nonsense") return Promise.resolve(new Response("<html>", { status: 200 }));
  const { status, error = "invalid_client", code, retryAfter } = answer;
  const codes = code === undefined ? [] : [code];
  // An answer that echoes the request, as a proxy may.
  const body = { error, error_codes: codes, error_description: `AADSTS${code}: ${SECRET}` };
  const headers = retryAfter === undefined ? {} : { "retry-after": retryAfter };
  return Promise.resolve(Response.json(body, { status, headers }));
}

const unknown: Scripted = { status: 401, code: 7000215 };

function failed({ verdict }: Run): Verdict & { ok: false } {
  assert.ok(!verdict.ok);
  return verdict;
}

describe("a secret is proved", () => {
  it("by three tokens in a row, a pause apart", async () => {
    const { verdict, atSeconds } = await verify(["token"]);
    assert.deepEqual(verdict, { ok: true });
    assert.deepEqual(atSeconds, [0, 1, 2]);
  });

  it("by tokens in a row: one refusal begins the count anew", async () => {
    const { verdict, atSeconds } = await verify(["token", "token", unknown, "token"]);
    assert.deepEqual(verdict, { ok: true });
    assert.equal(atSeconds.length, 6);
  });

  it("although it is not known everywhere at once, within five minutes", async () => {
    const late = await verify([...Array<Scripted>(297).fill(unknown), "token"]);
    assert.deepEqual(late.verdict, { ok: true });
    assert.equal(late.atSeconds.at(-1), 299);
  });

  it("although the service has passing trouble", async () => {
    for (const trouble of [
      { status: 503, error: "temporarily_unavailable" },
      { status: 400, error: "invalid_request", code: 90033 },
      { status: 429, error: "temporarily_unavailable", retryAfter: "7" },
      "refused connection",
      "nonsense",
    ] as const) {
      const { verdict } = await verify([trouble, "token"]);
      assert.deepEqual(verdict, { ok: true }, JSON.stringify(trouble));
    }
  });

  it("although its application, made a moment ago, is not known everywhere", async () => {
    assert.deepEqual(
      (await verify([{ status: 400, error: "unauthorized_client", code: 700016 }, "token"])).verdict,
      { ok: true },
    );
  });
});

describe("a secret is not proved", () => {
  it("if it is still unknown after five minutes: then it is refused", async () => {
    const run = await verify([unknown]);
    const { kind, reason } = failed(run);
    assert.equal(kind, "rejected");
    assert.match(reason, /^wrong-secret: AADSTS7000215\. .*\. Tried for 299 seconds\.$/);
    assert.ok(run.tookMs < 5 * MINUTE_MS);
    assert.equal(run.atSeconds.at(-1), 299);
  });

  it("if its last try is cut short by the end of the five minutes: what was said before that counts", async () => {
    const unknown = { status: 401, code: 7000215 };
    const { verdict, tookMs } = await verify([unknown, "silence"], { windowMs: 5 * SECOND_MS });
    assert.ok(!verdict.ok && verdict.kind === "rejected", JSON.stringify(verdict));
    assert.match(verdict.reason, /^wrong-secret: AADSTS7000215\. .* Tried for 5 seconds\.$/);
    assert.equal(tookMs, 5 * SECOND_MS);
  });

  it("if the tokens in a row come a second too late: it is not refused, and may be tried again", async () => {
    const run = await verify([...Array<Scripted>(298).fill(unknown), "token"]);
    const { kind, reason } = failed(run);
    assert.equal(kind, "unavailable");
    assert.equal(reason, "time is up: 2 of 3 tokens in a row. Tried for 299 seconds.");
    assert.ok(run.tookMs < 5 * MINUTE_MS);
  });

  it("if tokens and refusals take turns for five minutes", async () => {
    const script: Scripted[] = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0 ? "token" : unknown,
    );
    const run = await verify(script);
    assert.equal(failed(run).kind, "rejected");
    assert.ok(run.tookMs < 5 * MINUTE_MS);
  });

  it("if nothing answers: each try has ten seconds, all of them five minutes and not a moment more", async () => {
    const run = await verify(["silence"]);
    const { kind, reason } = failed(run);
    assert.equal(kind, "unavailable");
    assert.match(reason, /^transient: no answer \(timeout\)/);
    assert.deepEqual(run.atSeconds.slice(0, 3), [0, 11, 22]);
    assert.ok(run.tookMs <= 5 * MINUTE_MS, `${run.tookMs} ms`);
  });

  it("if the directory wants more time than there is: nobody waits for it in vain", async () => {
    const fits = await verify([{ status: 429, retryAfter: "297" }, "token"]);
    assert.deepEqual(fits.atSeconds, [0, 297, 298, 299]);
    const run = await verify([{ status: 429, retryAfter: "300" }]);
    assert.equal(failed(run).kind, "unavailable");
    assert.deepEqual(run.atSeconds, [0]);
    // Without a header a throttled client waits for a minute.
    assert.deepEqual((await verify([{ status: 429 }, "token"])).atSeconds, [0, 60, 61, 62]);
    assert.deepEqual((await verify([{ status: 503, retryAfter: "30" }, "token"])).atSeconds, [0, 30, 31, 32]);
  });

  for (const [what, answer, kind] of [
    ["it has expired", { status: 401, code: 7000222 }, "rejected"],
    [
      "its application is disabled",
      { status: 401, error: "unauthorized_client", code: 7000112 },
      "unavailable",
    ],
    [
      "the directory takes us for a loop",
      { status: 400, error: "invalid_grant", code: 50196 },
      "unavailable",
    ],
    ["the request is wrong", { status: 400, error: "invalid_scope", code: 70011 }, "unavailable"],
  ] as const) {
    it(`if ${what}: at once`, async () => {
      const run = await verify([answer]);
      assert.equal(failed(run).kind, kind);
      assert.deepEqual(run.atSeconds, [0]);
    });
  }
});

describe("how a verification fails is told", () => {
  it("by kind and numbers, never by what the directory wrote", async () => {
    const { reason } = failed(await verify([{ status: 401, code: 7000222 }]));
    assert.match(reason, /^expired: AADSTS7000222\. \S/);
    const { reason: without } = failed(await verify([{ status: 400, error: "invalid_scope" }]));
    assert.match(without, /^permanent: HTTP 400\. /);
  });
});

describe("entraVerifier", () => {
  it("asks the tenant's token endpoint for several tokens before a publication, for one to watch over it", async (t) => {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`);
      request.resume().on("end", () => {
        response.setHeader("content-type", "application/json");
        response.end('{"token_type":"Bearer","expires_in":3600,"access_token":"ey.of.a.token"}');
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const verify = entraVerifier({
      authorityHost: `http://127.0.0.1:${port}`,
      tenantId: "tenant",
      successes: 4,
      pause: 0,
      window: 10_000,
    });
    for (const [purpose, count] of [
      ["publish", 4],
      ["watch", 1],
    ] as const) {
      requests.length = 0;
      assert.deepEqual(await verify({ clientId: "client", value: SECRET }, purpose), { ok: true });
      assert.deepEqual(requests, Array(count).fill("POST /tenant/oauth2/v2.0/token"));
    }
  });
});
