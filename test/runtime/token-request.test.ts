import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import {
  type ClientCredentialsRequest,
  requestClientCredentialsToken,
  type TokenOutcome,
} from "../../runtime/src/token-request.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const clientSecret = "S3cret~value.that-must_not-leak";

function request(
  time: VirtualTime,
  respond: (url: string, init: RequestInit) => Promise<Response>,
  extra: Partial<ClientCredentialsRequest> = {},
): Promise<TokenOutcome> {
  return requestClientCredentialsToken({
    authorityHost: "https://login.test/",
    tenantId: "8a7f0000-0000-4000-8000-000000000001",
    clientId: "8a7f0000-0000-4000-8000-000000000002",
    clientSecret,
    scope: "https://graph.microsoft.com/.default",
    fetch: respond,
    clock: time,
    ...extra,
  });
}

const good = { access_token: "token-1", token_type: "Bearer", expires_in: 3599 };

describe("requestClientCredentialsToken", () => {
  it("sends the form of RFC 6749, section 4.4, and reads the token", async () => {
    const time = new VirtualTime();
    let sent: [string, RequestInit] | undefined;
    const outcome = await request(time, async (url, init) => {
      sent = [url, init];
      return Response.json({ ...good, refresh_in: 1800 });
    });
    assert.equal(sent?.[0], "https://login.test/8a7f0000-0000-4000-8000-000000000001/oauth2/v2.0/token");
    assert.equal(sent?.[1].redirect, "manual");
    assert.deepEqual(Object.fromEntries(new URLSearchParams(String(sent?.[1].body))), {
      grant_type: "client_credentials",
      client_id: "8a7f0000-0000-4000-8000-000000000002",
      client_secret: clientSecret,
      scope: "https://graph.microsoft.com/.default",
    });
    assert.ok(outcome.ok);
    assert.equal(outcome.token.accessToken, "token-1");
    assert.equal(outcome.token.expiresAtMs, time.nowMs() + 3_599_000);
    assert.equal(outcome.token.refreshAtMs, time.nowMs() + 1_800_000);
  });

  it("shows the token neither to inspect nor in JSON", async () => {
    const outcome = await request(new VirtualTime(), async () => Response.json(good));
    assert.ok(!inspect(outcome, { depth: 9, showHidden: true }).includes("token-1"));
    assert.ok(!JSON.stringify(outcome).includes("token-1"));
  });

  it("classifies a refusal, and keeps no secret in it", async () => {
    const outcome = await request(new VirtualTime(), async (_url, init) =>
      Response.json(
        { error: "invalid_client", error_description: String(init.body), error_codes: [7000222] },
        { status: 401 },
      ),
    );
    assert.ok(!outcome.ok);
    assert.equal(outcome.failure.kind, "expired");
    assert.ok(!inspect(outcome, { depth: 9, showHidden: true }).includes("must_not-leak"));
  });

  for (const [name, respond] of [
    ["a page", async () => new Response("<html>", { status: 200 })],
    ["a redirect", async () => new Response("", { status: 302, headers: { location: "https://evil.test" } })],
    ["no token", async () => Response.json({ ...good, access_token: "" })],
    ["another kind of token", async () => Response.json({ ...good, token_type: "mac" })],
    ["a token without an end", async () => Response.json({ ...good, expires_in: "soon" })],
    ["a token that has ended", async () => Response.json({ ...good, expires_in: 0 })],
    ["null", async () => Response.json(null)],
    ["two megabytes", async () => new Response(`{"access_token":"${"x".repeat(2_000_000)}`, { status: 200 })],
  ] satisfies [string, () => Promise<Response>][]) {
    it(`takes ${name} for an unintelligible answer`, async () => {
      const outcome = await request(new VirtualTime(), respond);
      assert.ok(!outcome.ok && outcome.failure.kind === "transient");
      assert.equal(outcome.failure.reason, "unintelligible");
    });
  }

  it("tells why there was no answer", async () => {
    const refused = Object.assign(new Error(`connect with ${clientSecret}`), { code: "ECONNREFUSED" });
    const outcome = await request(new VirtualTime(), async () => {
      throw new TypeError("fetch failed", { cause: refused });
    });
    assert.ok(!outcome.ok);
    assert.equal(outcome.failure.kind, "transient");
    assert.equal(outcome.cause, "ECONNREFUSED");
    assert.ok(!inspect(outcome, { depth: 9 }).includes("must_not-leak"));
  });

  it("gives up when the time is over, even if the transport does not listen", async () => {
    const time = new VirtualTime();
    const outcome = request(time, () => new Promise(() => {}), { timeoutMs: 2_000 });
    const startedMs = time.nowMs();
    const result = await time.until(outcome);
    assert.ok(!result.ok);
    assert.equal(result.cause, "timeout");
    assert.equal(time.nowMs() - startedMs, 2_000);
    assert.equal(time.timers, 0);
  });

  it("gives up when an answer stops half-way", async () => {
    const time = new VirtualTime();
    const stuck = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('{"acc')),
    });
    const result = await time.until(request(time, async () => new Response(stuck)));
    assert.equal(result.ok ? undefined : result.cause, "timeout");
  });

  it("throws the caller's reason when the caller gives up", async () => {
    const time = new VirtualTime();
    const abort = new AbortController();
    const outcome = request(time, () => new Promise(() => {}), { signal: abort.signal });
    abort.abort(new Error("enough"));
    await assert.rejects(outcome, /enough/);
    assert.equal(time.timers, 0);
    await assert.rejects(
      request(time, async () => Response.json(good), { signal: abort.signal }),
      /enough/,
    );
  });
});
