import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import type { AccountInfo } from "@azure/msal-node";
import { BreakerOpenError, TokenRequestError } from "../../runtime/src/errors.ts";
import type { RuntimeEvent } from "../../runtime/src/events.ts";
import { RotatingConfidentialClient } from "../../runtime/src/rotating-confidential-client.ts";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { FakeAuthority, scopes } from "./fake-authority.ts";
import { clientId, FakeVault, refusal, tenantId } from "./fake-cloud.ts";

const hourMs = 3_600_000;
const redirectUri = "https://crm.test/connected";

describe("RotatingConfidentialClient", () => {
  let time: VirtualTime;
  let directory: FakeAuthority;
  let vault: FakeVault;
  let secret: RotatingSecret;
  let client: RotatingConfidentialClient;
  let events: RuntimeEvent[];

  beforeEach(() => {
    time = new VirtualTime();
    directory = new FakeAuthority(time);
    vault = new FakeVault(time);
    vault.publish("secret-1");
    directory.secrets.set("secret-1", "valid");
    events = [];
    secret = new RotatingSecret({
      credential: "mailman-office365",
      source: vault,
      clock: time,
      random: seededRandom(1),
    });
    secret.onEvent((event) => events.push(event));
    client = openClient();
  });

  function openClient(): RotatingConfidentialClient {
    return new RotatingConfidentialClient({
      secret,
      auth: {
        clientId,
        authority: `https://login.test/${tenantId}`,
        knownAuthorities: ["login.test"],
      },
      fetch: directory.send,
    });
  }

  afterEach(() => {
    secret.close();
    assert.equal(time.timers, 0, "a timer was left behind");
    const told = JSON.stringify(events) + inspect(client, { depth: 9 }) + inspect(secret, { depth: 9 });
    assert.ok(!/secret-\d|token-\d|refresh-\d/.test(told), "a secret or token was told");
  });

  async function connect(customer: string, through = client): Promise<AccountInfo> {
    const result = await through.acquireTokenByCode({ code: `code~${customer}`, scopes, redirectUri });
    assert.ok(result.account);
    return result.account;
  }

  it("sends a customer to the authority, then redeems the code with the secret", async () => {
    const url = new URL(await client.getAuthCodeUrl({ scopes, redirectUri }));
    assert.equal(url.pathname, `/${tenantId}/oauth2/v2.0/authorize`);
    const account = await connect("ann");
    assert.equal(account.username, "ann@contoso.test");
    assert.equal(directory.requests.length, 1);
    assert.equal(directory.requests[0]?.form.client_secret, "secret-1");
    assert.equal(directory.requests[0]?.form.grant_type, "authorization_code");
  });

  it("keeps its cache across a change of secret", async () => {
    const account = await connect("ann");
    vault.publish("secret-2");
    directory.secrets.set("secret-2", "valid");
    await time.advance(hourMs);
    const cached = await client.acquireTokenSilent({ account, scopes });
    assert.equal(cached.fromCache, true);
    const refreshed = await client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    assert.equal(refreshed.fromCache, false);
    const { form } = directory.requests.at(-1) ?? {};
    assert.equal(form?.client_secret, "secret-2");
    assert.equal(form?.refresh_token, "refresh-1~ann");
  });

  it("redeems a refresh token that is kept elsewhere, and an assertion", async () => {
    const result = await client.acquireTokenByRefreshToken({ refreshToken: "refresh-0~bob", scopes });
    assert.match(result?.accessToken ?? "", /~bob$/);
    const onBehalf = await client.acquireTokenOnBehalfOf({ oboAssertion: "assertion~cy", scopes });
    assert.match(onBehalf?.accessToken ?? "", /~cy$/);
    assert.equal(directory.requests.at(-1)?.form.grant_type, "urn:ietf:params:oauth:grant-type:jwt-bearer");
  });

  it("hides the tokens of a result from inspect and JSON", async () => {
    const result = await client.acquireTokenByCode({ code: "code~ann", scopes, redirectUri });
    assert.match(result.accessToken, /^token-1/);
    assert.ok(result.idToken.length > 10);
    const told = JSON.stringify(result) + inspect(result, { depth: 9 });
    assert.ok(!told.includes("token-1") && !told.includes(result.idToken));
  });

  it("redeems a code once for two callers", async () => {
    directory.latencyMs = 100;
    const request = { code: "code~ann", scopes, redirectUri };
    const [one, other] = await time.until(
      Promise.all([client.acquireTokenByCode(request), client.acquireTokenByCode({ ...request })]),
    );
    assert.equal(one.accessToken, other.accessToken);
    assert.equal(directory.requests.length, 1);
  });

  it("stops one customer whose grant is gone, and nobody else", async () => {
    const bob = await connect("bob");
    directory.brokenGrants.add("ann");
    for (let round = 0; round < 10; round++) {
      await assert.rejects(
        client.acquireTokenByRefreshToken({ refreshToken: "refresh-0~ann", scopes }),
        (error: unknown) =>
          error instanceof TokenRequestError &&
          error.failure.kind === "user-grant" &&
          /connect again/.test(error.message),
      );
      await client.acquireTokenSilent({ account: bob, scopes, forceRefresh: true });
    }
    assert.equal(secret.breaker.state, "closed");
    assert.equal(vault.reads, 1);
  });

  it("lets MSAL draw its own conclusion from a grant that is gone: it forgets the refresh token", async () => {
    const account = await connect("ann");
    directory.brokenGrants.add("ann");
    const refresh = () => client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    for (let round = 0; round < 3; round++) {
      await assert.rejects(
        refresh(),
        (error: unknown) => error instanceof TokenRequestError && error.failure.kind === "user-grant",
      );
    }
    assert.equal(directory.requests.length, 2);
  });

  it("takes three customers who fail in a row for the application's trouble, one customer never", async () => {
    const accounts: AccountInfo[] = [];
    for (const name of ["ann", "bob", "cy"]) accounts.push(await connect(name));
    directory.fault = () => new Response("{}", { status: 503 });
    const fail = (index: number) => {
      const account = accounts[index] ?? assert.fail();
      const call = client.acquireTokenSilent({ account, scopes, forceRefresh: true });
      return assert.rejects(time.until(call), TokenRequestError);
    };
    for (let round = 0; round < 5; round++) await fail(0);
    await fail(1);
    assert.equal(secret.breaker.state, "closed");
    await fail(2);
    assert.equal(secret.breaker.state, "open");
  });

  it("reads the authority's metadata once for all clients of an application", async () => {
    await connect("ann");
    await connect("bob", openClient());
    await connect("cy", openClient());
    assert.equal(directory.metadataReads, 1);
  });

  it("tells every caller of a shared call the same cause", async () => {
    const account = await connect("ann");
    directory.brokenGrants.add("ann");
    directory.latencyMs = 50;
    const calls = Array.from({ length: 5 }, () =>
      client.acquireTokenSilent({ account, scopes, forceRefresh: true }),
    );
    const outcomes = await time.until(Promise.allSettled(calls));
    assert.equal(directory.requests.length, 2);
    for (const outcome of outcomes) {
      assert.ok(outcome.status === "rejected" && outcome.reason instanceof TokenRequestError);
    }
  });

  it("recovers a refresh from an expired secret with one vault read", async () => {
    const account = await connect("ann");
    directory.secrets.set("secret-1", "expired");
    vault.publish("secret-2");
    directory.secrets.set("secret-2", "valid");
    await client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    assert.equal(vault.reads, 2);
    assert.deepEqual(
      directory.requests.map(({ form }) => form.client_secret),
      ["secret-1", "secret-1", "secret-2"],
    );
  });

  it("stops all customers' requests when the only secret has expired, and resumes after the rotation", async () => {
    const customers = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const own = openClient();
        return { own, account: await connect(`customer${index}`, own) };
      }),
    );
    directory.secrets.set("secret-1", "expired");
    directory.latencyMs = 100;
    const before = directory.requests.length;
    const refresh = () =>
      time.until(
        Promise.allSettled(
          customers.map(({ own, account }) =>
            own.acquireTokenSilent({ account, scopes, forceRefresh: true }),
          ),
        ),
      );
    const outcomes = await refresh();
    assert.ok(outcomes.every(({ status }) => status === "rejected"));
    assert.equal(secret.breaker.state, "open");
    assert.ok(directory.requests.length - before <= 32, `${directory.requests.length - before} requests`);
    const afterFirst = directory.requests.length;
    for (let round = 0; round < 3; round++) {
      await refresh();
      await time.advance(60_000);
    }
    assert.equal(directory.requests.length, afterFirst);
    vault.publish("secret-2");
    directory.secrets.set("secret-2", "valid");
    await time.until(secret.whenCallable());
    const recovered = await refresh();
    assert.equal(recovered.filter(({ status }) => status === "fulfilled").length, 100);
    assert.equal(directory.requests.length - afterFirst, 100);
  });

  it("waits out a 503, and MSAL's own throttling does not get in the way", async () => {
    const account = await connect("ann");
    directory.fault = (_request, count) => (count <= 7 ? new Response("{}", { status: 503 }) : undefined);
    const failing = client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    await assert.rejects(time.until(failing), (error: unknown) => error instanceof TokenRequestError);
    assert.equal(directory.requests.length, 6);
    const result = await time.until(client.acquireTokenSilent({ account, scopes, forceRefresh: true }));
    assert.equal(result.fromCache, false);
    assert.equal(directory.requests.length, 8);
  });

  it("finishes and keeps a redemption whose caller gave up", async () => {
    const account = await connect("ann");
    directory.latencyMs = 1_000;
    const abort = new AbortController();
    const refresh = client.acquireTokenSilent(
      { account, scopes, forceRefresh: true },
      { signal: abort.signal },
    );
    await time.advance(500);
    abort.abort(new Error("enough"));
    await assert.rejects(refresh, /enough/);
    await time.advance(1_000);
    directory.latencyMs = 0;
    await client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    assert.equal(directory.requests.at(-1)?.form.refresh_token, "refresh-2~ann");
  });

  it("redeems a code once for a caller that gave up and one that comes after it", async () => {
    directory.latencyMs = 1_000;
    const abort = new AbortController();
    const request = { code: "code~ann", scopes, redirectUri };
    const first = client.acquireTokenByCode({ ...request }, undefined, { signal: abort.signal });
    await time.advance(500);
    abort.abort(new Error("enough"));
    await assert.rejects(first, /enough/);
    const { account } = await time.until(client.acquireTokenByCode({ ...request }));
    assert.equal(account?.username, "ann@contoso.test");
    assert.equal(directory.requests.length, 1);
  });

  it("begins anew for a caller that comes after one that gave up between attempts", async () => {
    directory.fault = (_request, count) => (count === 1 ? new Response("{}", { status: 503 }) : undefined);
    const abort = new AbortController();
    const request = { code: "code~ann", scopes, redirectUri };
    const first = client.acquireTokenByCode({ ...request }, undefined, { signal: abort.signal });
    await time.settle();
    abort.abort(new Error("enough"));
    const second = client.acquireTokenByCode({ ...request });
    await assert.rejects(first, /enough/);
    await time.until(second);
    assert.equal(directory.requests.length, 2);
  });

  it("leaves a throttled customer alone for as long as the directory says", async () => {
    const ann = await connect("ann");
    const bob = await connect("bob");
    directory.fault = ({ form }) =>
      form.refresh_token?.includes("ann")
        ? refusal("invalid_request", 90055, 429, { "retry-after": "600" })
        : undefined;
    const refresh = (account: AccountInfo) =>
      time.until(client.acquireTokenSilent({ account, scopes, forceRefresh: true }));
    const before = directory.requests.length;
    for (let round = 0; round < 20; round++) {
      await assert.rejects(
        refresh(ann),
        (error: unknown) => error instanceof TokenRequestError && error.failure.kind === "throttled",
      );
    }
    assert.equal(directory.requests.length - before, 1);
    await refresh(bob);
    directory.fault = () => undefined;
    await time.advance(580_000);
    await refresh(ann);
  });

  it("reads the authority's metadata again when that fails", async () => {
    directory.metadataFaults = 2;
    const result = await time.until(client.acquireTokenByCode({ code: "code~ann", scopes, redirectUri }));
    assert.ok(result.accessToken);
    assert.equal(directory.metadataReads, 3);
  });

  it("tells that the breaker is open, instead of MSAL's word for it", async () => {
    const account = await connect("ann");
    directory.secrets.set("secret-1", "expired");
    const refresh = () => client.acquireTokenSilent({ account, scopes, forceRefresh: true });
    await assert.rejects(refresh(), TokenRequestError);
    await assert.rejects(refresh(), BreakerOpenError);
  });

  it("writes no secret into the cache it can save", async () => {
    await connect("ann");
    assert.ok(!client.getTokenCache().serialize().includes("secret-1"));
  });
});
