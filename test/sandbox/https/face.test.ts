import assert from "node:assert/strict";
import { request } from "node:https";
import { test } from "node:test";
import { connect } from "node:tls";
import { createFaceCertificate } from "../../../sandbox/https/certificate.ts";
import type { FaceAnswer } from "../../../sandbox/https/exchange.ts";
import { createHttpsFace } from "../../../sandbox/https/face.ts";
import type { FaceCall } from "../../../sandbox/https/observer.ts";
import { startFace } from "../../support/https-face.ts";

const configurationOf = (origin: string, tenantId: string) =>
  `${origin}/${tenantId}/v2.0/.well-known/openid-configuration`;

test("every answer carries the sandbox clock, and no other, as its date", async () => {
  await using sandbox = await startFace({ nowMs: Date.parse("2031-12-31T23:59:58Z") });
  const { face, tenantId, advance } = sandbox;
  const dateOf = async (url: string) => (await fetch(url)).headers.get("date");
  assert.equal(await dateOf(configurationOf(face.origin, tenantId)), "Wed, 31 Dec 2031 23:59:58 GMT");
  await advance(2000);
  assert.equal(await dateOf(configurationOf(face.origin, tenantId)), "Thu, 01 Jan 2032 00:00:00 GMT");
  assert.equal(await dateOf(`${face.origin}/nowhere/at/all`), "Thu, 01 Jan 2032 00:00:00 GMT");
  assert.equal(await dateOf(`${face.vaultUri("kv")}secrets/s`), "Thu, 01 Jan 2032 00:00:00 GMT");
  sandbox.unsupported.length = 0;
});

test("the certificate is for localhost, every vault and the loopback addresses, and for nothing else", async (t) => {
  const { caPem, certificatePem, privateKeyPem } = await createFaceCertificate();
  await using sandbox = await startFace();
  const face = await createHttpsFace({ ...sandbox, certificate: { caPem, certificatePem, privateKeyPem } });
  t.after(() => face.close());
  const handshake = (servername: string, ca: string[]) =>
    new Promise<string>((done) => {
      const socket = connect({ port: face.port, host: "127.0.0.1", servername, ca }, () => {
        done("accepted");
        socket.destroy();
      });
      socket.on("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    });
  assert.equal(await handshake("localhost", [caPem]), "accepted");
  assert.equal(await handshake("sell-kv.vault.localhost", [caPem]), "accepted");
  assert.equal(await handshake("graph.microsoft.com", [caPem]), "ERR_TLS_CERT_ALTNAME_INVALID");
  assert.equal(
    await handshake("localhost", [(await createFaceCertificate()).caPem]),
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  );
});

test("what is not emulated is answered with 501 and its name, in the service's own shape", async () => {
  await using sandbox = await startFace();
  const { face, unsupported } = sandbox;
  const ask = async (url: string, method = "GET") => {
    const response = await fetch(url, { method });
    assert.equal(response.status, 501);
    return response.json();
  };
  const graph = (await ask(`${face.origin}/v1.0/teams`)) as { error: Record<string, string> };
  assert.equal(graph.error.code, "NotEmulated");
  assert.match(graph.error.message ?? "", /GET localhost\/v1\.0\/teams/);
  const vault = (await ask(`${face.vaultUri("kv")}keys/k`)) as typeof graph;
  assert.match(vault.error.message ?? "", /GET kv\.vault\.localhost\/keys\/k/);
  const login = (await ask(`${face.origin}/tenant/oauth2/token`, "POST")) as Record<string, string>;
  assert.equal(login.error, "NotEmulated");
  assert.deepEqual(unsupported, [
    "GET localhost/v1.0/teams",
    "GET kv.vault.localhost/keys/k",
    "POST localhost/tenant/oauth2/token",
  ]);
  unsupported.length = 0;
});

test("a body that is too long is refused, whatever it claims to be", async () => {
  await using sandbox = await startFace();
  const url = `${sandbox.face.origin}/${sandbox.tenantId}/oauth2/v2.0/token`;
  const response = await fetch(url, { method: "POST", body: "x".repeat(5 * 1024 * 1024) });
  assert.equal(response.status, 413);
  // The connection is of no more use; the face is.
  assert.equal((await fetch(configurationOf(sandbox.face.origin, sandbox.tenantId))).status, 200);
});

test("headers that are too long are refused", async () => {
  await using sandbox = await startFace();
  const response = await fetch(configurationOf(sandbox.face.origin, sandbox.tenantId), {
    headers: { "x-long": "x".repeat(70_000) },
  }).then(
    ({ status }) => status,
    () => 431,
  );
  assert.equal(response, 431);
});

test("an observer may answer, change an answer, break the connection, and hears of the end", async () => {
  const ended: string[] = [];
  let effect: (proceed: () => Promise<FaceAnswer>) => Promise<FaceAnswer> = (proceed) => proceed();
  let seen: FaceCall | undefined;
  await using sandbox = await startFace({
    observer: {
      around: (call, proceed) => {
        seen = call;
        return effect(proceed);
      },
      after: ({ operation }, { status, complete }) => ended.push(`${operation} ${status} ${complete}`),
    },
  });
  const url = configurationOf(sandbox.face.origin, sandbox.tenantId);

  assert.equal((await fetch(url)).status, 200);
  assert.equal(seen?.operation, "login.openIdConfiguration");
  assert.equal(seen?.path, `localhost/${sandbox.tenantId}/v2.0/.well-known/openid-configuration`);

  effect = async () => ({ status: 503, headers: { "retry-after": "7" }, body: "no" });
  const refused = await fetch(url);
  assert.deepEqual(
    [refused.status, refused.headers.get("retry-after"), await refused.text()],
    [503, "7", "no"],
  );

  effect = async (proceed) => ({ ...(await proceed()), status: 418 });
  assert.equal((await fetch(url)).status, 418);

  effect = async () => ({ status: 0, breakOff: "reset" });
  await assert.rejects(fetch(url));
  effect = async (proceed) => ({ ...(await proceed()), breakOff: "half" });
  await assert.rejects(fetch(url).then((response) => response.text()));

  effect = (proceed) => proceed();
  assert.equal((await fetch(url)).status, 200);
  const operation = "login.openIdConfiguration";
  assert.deepEqual(ended.slice(0, 3), [
    `${operation} 200 true`,
    `${operation} 503 true`,
    `${operation} 418 true`,
  ]);
  assert.ok(
    ended.slice(3, 5).every((each) => each.endsWith("false")),
    String(ended),
  );
});

test("a fault that only names a status is answered in the service's own words", async () => {
  let status = 429;
  await using sandbox = await startFace({
    observer: { around: async (call) => call.typicalFailure(status) },
  });
  const { face, tenantId } = sandbox;
  const failure = async (url: string, method = "GET") => {
    const response = await fetch(url, { method });
    assert.equal(response.status, status);
    const body = JSON.parse(await response.text());
    return { retryAfter: response.headers.get("retry-after"), body };
  };
  const token = `${face.origin}/${tenantId}/oauth2/v2.0/token`;
  const throttled = await failure(token, "POST");
  assert.equal(throttled.body.error, "temporarily_unavailable");
  assert.deepEqual(throttled.body.error_codes, [90055]);
  assert.equal(throttled.retryAfter, "10");
  const codeOf = async (url: string) => (await failure(url)).body.error.code;
  assert.equal(await codeOf(`${face.origin}/v1.0/applications`), "TooManyRequests");
  assert.equal(await codeOf(`${face.vaultUri("kv")}secrets/s`), "Throttled");
  assert.equal(await codeOf(`${face.origin}/subscriptions`), "TooManyRequests");
  status = 503;
  assert.deepEqual((await failure(token, "POST")).body.error_codes, [90033]);
  assert.equal(await codeOf(`${face.origin}/v1.0/applications`), "ServiceUnavailable");
  status = 409;
  assert.equal(await codeOf(`${face.origin}/v1.0/applications`), "Directory_ConcurrencyViolation");
  status = 418;
  assert.equal(await codeOf(`${face.vaultUri("kv")}secrets/s`), "ImaTeapot");
});

test("a caller who goes away is told to the observer, whose wait can end", async () => {
  const waiting = Promise.withResolvers<void>();
  const aborted = Promise.withResolvers<void>();
  await using sandbox = await startFace({
    observer: {
      around: ({ signal }) => {
        waiting.resolve();
        return new Promise((_, fail) => {
          signal.addEventListener("abort", () => {
            aborted.resolve();
            fail(signal.reason);
          });
        });
      },
    },
  });
  const asked = request(configurationOf(sandbox.face.origin, sandbox.tenantId));
  asked.on("error", () => {});
  asked.end();
  await waiting.promise;
  asked.destroy();
  await aborted.promise;
});

test("an operation that fails for a reason of its own is a 500 that is reported", async (t) => {
  await using sandbox = await startFace();
  const broken = new Proxy(sandbox.store, {
    get: (store, name) => (name === "state" ? undefined : Reflect.get(store, name)),
  });
  const failures: unknown[] = [];
  const face = await createHttpsFace({
    ...sandbox,
    store: broken,
    observer: { failed: (_call, error) => failures.push(error) },
  });
  t.after(() => face.close());
  const response = await fetch(`${face.origin}/x/discovery/v2.0/keys`);
  assert.equal(response.status, 500);
  assert.equal(failures.length, 1);
});

test("dozens run side by side, each with its own state", async () => {
  const nowMs = (i: number) => Date.UTC(2026, 0, 1 + i);
  const sandboxes = await Promise.all(Array.from({ length: 40 }, (_, i) => startFace({ nowMs: nowMs(i) })));
  const dates = await Promise.all(
    sandboxes.map(async ({ face, tenantId }) =>
      Date.parse((await fetch(configurationOf(face.origin, tenantId))).headers.get("date") ?? ""),
    ),
  );
  assert.deepEqual(
    dates,
    sandboxes.map((_, i) => nowMs(i)),
  );
  await Promise.all(sandboxes.map((sandbox) => sandbox[Symbol.asyncDispose]()));
});
