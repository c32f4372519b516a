import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DirectoryTimeError, directoryTimeMs, type Fetch } from "../../infra/directory-time.ts";

const authorityHost = "https://login.example.com/";
const tenantId = "77777777-7777-4777-8777-777777777777";
const date = "Mon, 29 Feb 2028 12:00:00 GMT";

/** Answers one after the other; the last one goes on for ever. */
function answering(...answers: (() => Promise<Response>)[]): { fetch: Fetch; urls: string[] } {
  const urls: string[] = [];
  const fetch: Fetch = (url) => {
    const answer = answers[Math.min(urls.length, answers.length - 1)];
    urls.push(url);
    assert.ok(answer);
    return answer();
  };
  return { fetch, urls };
}

const status =
  (code: number, headers: Record<string, string> = { date }) =>
  () =>
    Promise.resolve(new Response("{}", { status: code, headers }));
const refused = () =>
  Promise.reject(new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") }));

describe("directoryTimeMs", () => {
  it("is the Date of the tenant's OpenID configuration, to the second", async () => {
    const { fetch, urls } = answering(status(200));
    assert.equal(await directoryTimeMs({ authorityHost, tenantId, fetch }), Date.UTC(2028, 1, 29, 12));
    assert.deepEqual(urls, [`https://login.example.com/${tenantId}/v2.0/.well-known/openid-configuration`]);
  });

  it("asks again after trouble that may pass, three times in all", async () => {
    const passing = answering(status(503), refused, status(200));
    assert.equal(
      await directoryTimeMs({ authorityHost, tenantId, fetch: passing.fetch }),
      Date.UTC(2028, 1, 29, 12),
    );
    const lasting = answering(status(429));
    await assert.rejects(directoryTimeMs({ authorityHost, tenantId, fetch: lasting.fetch }), {
      name: "DirectoryTimeError",
      message: /it answered 429/,
    });
    assert.equal(lasting.urls.length, 3);
  });

  it("does not ask again about a tenant that the directory does not know", async () => {
    const { fetch, urls } = answering(status(400));
    await assert.rejects(directoryTimeMs({ authorityHost, tenantId, fetch }), {
      message:
        `the directory does not tell the time, so nothing can be planned: https://login.example.com/${tenantId}/v2.0/.well-known/openid-configuration: it answered 400. ` +
        "Check keyturn:tenantId, the network, and AZURE_AUTHORITY_HOST if it is set.",
    });
    assert.equal(urls.length, 1);
  });

  it("never plans by this machine's clock", async () => {
    for (const headers of [{}, { date: "soon" }] as Record<string, string>[]) {
      const { fetch } = answering(status(200, headers));
      await assert.rejects(directoryTimeMs({ authorityHost, tenantId, fetch }), /its answer has no date/);
    }
    const { fetch } = answering(refused);
    await assert.rejects(directoryTimeMs({ authorityHost, tenantId, fetch }), (error: unknown) => {
      assert.ok(error instanceof DirectoryTimeError);
      assert.match(error.message, /connect ECONNREFUSED/);
      return true;
    });
  });

  it("gives every try its own time, and does not follow a redirect elsewhere", async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const fetch: Fetch = (_url, init) => {
      signals.push(init.signal);
      assert.equal(init.redirect, "error");
      return new Promise((_, reject) => {
        init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    };
    await assert.rejects(directoryTimeMs({ authorityHost, tenantId, fetch, timeoutMs: 1 }), /timeout/);
    assert.equal(new Set(signals).size, 3);
  });
});
