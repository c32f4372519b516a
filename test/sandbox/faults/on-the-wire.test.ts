import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { addPassword } from "../../../sandbox/entra/passwords.ts";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import { createSandbox } from "../../../sandbox/host/create-sandbox.ts";
import type { Sandbox } from "../../../sandbox/host/sandbox.ts";
import { ProviderClient } from "../../support/provider-client.ts";

const METADATA = "/metadata/endpoints?api-version=2022-09-01";
const PATH = "localhost/metadata/endpoints";
const URN = "urn:pulumi:dev::keyturn::random:index/randomUuid:RandomUuid::trigger";

async function sandboxWith(t: TestContext, ...faults: FaultRequest[]) {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  for (const fault of faults) await sandbox.faults.add(fault);
  const provider = new ProviderClient(sandbox.ports.providers.random ?? 0);
  t.after(() => provider.close());
  const create = () => provider.create({ urn: URN, properties: {} });
  return { sandbox, create, get: (signal?: AbortSignal) => get(sandbox, signal) };
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
  body: string;
}

function get(sandbox: Sandbox, signal?: AbortSignal): Promise<Answer> {
  return send(sandbox, METADATA, { signal });
}

/** One request with a connection of its own, a POST if it has a form; rejects when the connection breaks. */
function send(
  sandbox: Sandbox,
  path: string,
  { body, signal }: { body?: string; signal?: AbortSignal | undefined },
): Promise<Answer> {
  return new Promise((done, fail) => {
    const ca = readFileSync(sandbox.env.NODE_EXTRA_CA_CERTS ?? "");
    const method = body === undefined ? "GET" : "POST";
    const headers = body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" };
    const options = { ca, agent: false, method, headers, ...(signal && { signal }) };
    const sent = request(`https://localhost:${sandbox.ports.https}${path}`, options, (response) => {
      const { statusCode = 0, headers } = response;
      text(response).then(
        (body) => done({ status: statusCode, retryAfter: headers["retry-after"], body }),
        fail,
      );
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

/** Turns of the event loop, so that calls get to where they wait. */
async function untilCalled(sandbox: Sandbox, count: number): Promise<void> {
  for (let n = 0; sandbox.faults.fired().length < count; n++) {
    assert.ok(n < 100_000, "the call never came");
    await new Promise(setImmediate);
  }
  for (let n = 0; n < 20; n++) await new Promise(setImmediate);
}

test("a status, with headers and body, on the HTTPS face; the log says what was hit", async (t) => {
  const { sandbox, get } = await sandboxWith(t, {
    match: { path: "**/metadata/*" },
    when: { kind: "nth", n: 2 },
    effect: { kind: "status", status: 429, body: "later", headers: { "Retry-After": "7" } },
  });
  const answers = [await get(), await get(), await get()];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 429, 200],
  );
  assert.equal(answers[1]?.body, "later");
  assert.equal(answers[1]?.retryAfter, "7");
  const [fired, ...more] = sandbox.faults.fired();
  assert.deepEqual(more, []);
  const { operation = "", ...rest } = fired ?? {};
  assert.match(operation, /^metadata\./);
  assert.deepEqual(rest, {
    ...{ atMs: sandbox.clock.nowMs(), ruleId: "1", effect: "status", face: "https", path: PATH, match: 2 },
  });
  assert.deepEqual(
    sandbox.calls.list().map(({ path, outcome }) => `${path} ${outcome}`),
    [`${PATH} 200`, `${PATH} 429`, `${PATH} 200`],
  );
});

test("a status on the provider face becomes the engine's error", async (t) => {
  const { create, sandbox } = await sandboxWith(t, {
    match: { operation: "random.create", path: "random/index/RandomUuid/trigger" },
    times: 1,
    effect: { kind: "status", status: 503, body: "Azure is away" },
  });
  await assert.rejects(create(), { code: "UNAVAILABLE", message: "Azure is away" });
  assert.match((await create()).id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    sandbox.calls.list().map(({ operation, outcome }) => `${operation} ${outcome}`),
    ["random.create UNAVAILABLE", "random.create ok"],
  );
});

test("a broken connection, and half an answer", async (t) => {
  const { get, create } = await sandboxWith(
    t,
    { match: { face: "https" }, times: 1, effect: { kind: "reset" } },
    { match: { face: "https" }, times: 1, effect: { kind: "half" } },
    { match: { face: "provider" }, times: 1, effect: { kind: "reset" } },
  );
  await assert.rejects(get(), { code: "ECONNRESET" });
  await assert.rejects(get(), { message: "aborted" });
  assert.equal((await get()).status, 200);
  await assert.rejects(create(), { code: "UNAVAILABLE" });
});

test("afterwards: the operation is done, only its answer is lost", async (t) => {
  const { sandbox } = await sandboxWith(t, {
    match: { operation: "azuread.create" },
    effect: { kind: "status", status: 500, body: "lost", after: true },
  });
  const azuread = new ProviderClient(sandbox.ports.providers.azuread ?? 0);
  t.after(() => azuread.close());
  const urn = "urn:pulumi:dev::keyturn::azuread:index/applicationRegistration:ApplicationRegistration::app";
  await azuread.configure({ tenantId: sandbox.deployer.tenantId }, "azuread");
  await assert.rejects(azuread.create({ urn, properties: { displayName: "Mailman" } }), { message: "lost" });
  const names = Object.values(sandbox.store.state.entra.applications).map(({ displayName }) => displayName);
  assert.ok(names.includes("Mailman"));
});

test("a call hangs until the fault is cleared, or until the caller gives up", async (t) => {
  const { sandbox, get } = await sandboxWith(t, { effect: { kind: "hang" } });
  const gone = new AbortController();
  const [patient, impatient] = [get(), get(gone.signal)];
  const abandoned = assert.rejects(impatient, { name: "AbortError" });
  await untilCalled(sandbox, 2);
  gone.abort();
  await abandoned;
  assert.equal(await sandbox.faults.clear(), 1);
  assert.equal((await patient).status, 200);
  assert.equal((await get()).status, 200);
});

test("a delay ends when the sandbox's clock has moved that far, not before", async (t) => {
  const { sandbox, get } = await sandboxWith(t, {
    times: 1,
    effect: { kind: "delay", ms: 60_000, clock: "sandbox" },
  });
  let answered = false;
  const slow = get().then((answer) => {
    answered = true;
    return answer;
  });
  await untilCalled(sandbox, 1);
  await sandbox.timeline.advance(59_999);
  assert.equal((await get()).status, 200);
  assert.equal(answered, false);
  await sandbox.timeline.advance(1);
  assert.equal((await slow).status, 200);
});

test("a stale read sees how things were before the last changes, or so long ago", async (t) => {
  const { sandbox } = await sandboxWith(t);
  const names = () =>
    Promise.resolve(Object.values(sandbox.store.state.entra.groups).map(({ displayName }) => displayName));
  const add = (displayName: string) =>
    sandbox.store.update((draft) => {
      draft.entra.groups[displayName] = {
        ...{ id: displayName, displayName, createdDateTime: "", mailNickname: "", mailEnabled: false },
        ...{ securityEnabled: true, owners: [], members: [], properties: {} },
      };
    });
  await add("one");
  await sandbox.timeline.advance(10_000);
  await add("two");
  await sandbox.timeline.advance(10_000);
  await add("three");
  const { store } = sandbox;
  assert.deepEqual(await store.withStaleView({ updates: 1 }, names), ["one", "two"]);
  assert.deepEqual(await store.withStaleView({ ageMs: 5_000 }, names), ["one", "two"]);
  assert.deepEqual(await store.withStaleView({ ageMs: 10_000 }, names), ["one", "two"]);
  assert.deepEqual(await store.withStaleView({ ageMs: 10_001 }, names), ["one"]);
  assert.deepEqual(await store.withStaleView({ ageMs: 1e9 }, names), [], "as far back as is known");
  const now = sandbox.clock.nowMs();
  assert.equal(await store.withStaleView({ ageMs: 10_001 }, async () => sandbox.clock.nowMs()), now);
  assert.deepEqual(await names(), ["one", "two", "three"]);
  const seen = await store.withStaleView({ ageMs: 1e9 }, async () => {
    await add("four");
    return names();
  });
  assert.deepEqual(
    seen,
    ["one", "two", "three", "four"],
    "what a stale reader writes is not lost, and it sees it",
  );
});

test("slow propagation: a new secret is not accepted until the sandbox's clock has moved on", async (t) => {
  const { sandbox } = await sandboxWith(t, {
    match: { operation: "login.token" },
    effect: { kind: "stale", ageMs: 30_000 },
  });
  await sandbox.timeline.advance(60_000);
  const { applicationId, clientId, tenantId } = sandbox.deployer;
  const secret = await sandbox.store.update((draft) => {
    const application = draft.entra.applications[applicationId];
    assert.ok(application);
    const context = { nowMs: draft.clock.nowMs, randomness: sandbox.randomness };
    return addPassword(application, { displayName: "new" }, context).secretText;
  });
  const form = new URLSearchParams({
    ...{ client_id: clientId, client_secret: secret, grant_type: "client_credentials" },
    scope: "https://graph.microsoft.com/.default",
  });
  const signIn = () => send(sandbox, `/${tenantId}/oauth2/v2.0/token`, { body: form.toString() });
  await sandbox.timeline.advance(29_999);
  const early = await signIn();
  assert.equal(early.status, 401);
  assert.match(early.body, /AADSTS7000215/);
  await sandbox.timeline.advance(1);
  assert.equal((await signIn()).status, 200);
});

test("a sandbox that is told to die answers nobody any more", async (t) => {
  const { sandbox, get } = await sandboxWith(t, {
    when: { kind: "nth", n: 2 },
    effect: { kind: "kill", after: true },
  });
  assert.equal((await get()).status, 200);
  await assert.rejects(get());
  await assert.rejects(get(), { code: "ECONNREFUSED" });
  assert.equal(sandbox.faults.fired()[0]?.effect, "kill");
});

test("closing lets go of what hangs", async () => {
  const sandbox = await createSandbox();
  await sandbox.faults.add({ effect: { kind: "hang" } });
  const hanging = assert.rejects(get(sandbox));
  await untilCalled(sandbox, 1);
  await sandbox.close();
  await hanging;
});
