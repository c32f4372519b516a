import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ControlError, SandboxClient } from "../../../sandbox/host/control-client.ts";
import { type EnsuredSandbox, ensureSandbox, findSandbox } from "../../../sandbox/host/ensure-sandbox.ts";
import { readProcessRecord } from "../../../sandbox/host/process-record.ts";
import { resetSandbox } from "../../../sandbox/host/reset-sandbox.ts";
import { stopSandbox } from "../../../sandbox/host/stop-sandbox.ts";
import { integerBetween, seededRandomness } from "../../../sandbox/randomness.ts";
import { processGone } from "../../support/process-gone.ts";
import { ProviderClient } from "../../support/provider-client.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const NOW_MS = Date.UTC(2025, 1, 14, 11, 30);

/** A folder whose sandbox is ended after the test. */
function sandboxFolder(t: TestContext): string {
  // What is registered first runs first: the folder must still be there.
  t.after(() => stopSandbox(folder));
  const folder = temporaryFolder(t);
  return folder;
}

async function kill({ status }: EnsuredSandbox): Promise<void> {
  process.kill(status.pid, "SIGKILL");
  await processGone(status.pid);
}

test("however many ask at once there is one sandbox; it answers whoever knows its token", async (t) => {
  const folder = sandboxFolder(t);
  const all = await Promise.all(Array.from({ length: 3 }, () => ensureSandbox({ folder, nowMs: NOW_MS })));
  assert.equal(new Set(all.map(({ status }) => status.pid)).size, 1);
  assert.equal(all.filter(({ started }) => started).length, 1);
  const [{ status }] = all as [EnsuredSandbox];
  assert.equal(status.now, "2025-02-14T11:30:00Z");
  assert.equal(status.folder, folder);

  const record = await readProcessRecord(folder);
  assert.equal(statSync(join(folder, "process.json")).mode & 0o777, 0o600);
  const port = record?.control?.port ?? 0;
  const stranger = new SandboxClient({ port, token: "0".repeat(64) });
  await assert.rejects(
    stranger.call("status", {}),
    (error) => error instanceof ControlError && error.kind === "refused",
  );
  assert.equal(await stopSandbox(folder), "stopped");
  await processGone(status.pid);
  assert.equal(await findSandbox(folder), undefined);
  assert.equal(await stopSandbox(folder), "not running");
});

test("killed and started again, it is as it was: time, identity, address", async (t) => {
  const folder = sandboxFolder(t);
  const first = await ensureSandbox({ folder, nowMs: NOW_MS });
  await first.client.call("advance", { byMs: 86_400_000 });
  const environment = await first.client.call("environment", {});
  await kill(first);
  assert.ok(existsSync(join(folder, "process.json")), "a dead process leaves its record behind");
  assert.equal(await findSandbox(folder), undefined);

  const second = await ensureSandbox({ folder, nowMs: 0 });
  assert.equal(second.started, true);
  assert.deepEqual(second.origin, { kind: "resumed" });
  assert.equal(second.status.now, "2025-02-15T11:30:00Z");
  assert.deepEqual(await second.client.call("environment", {}), environment);
});

test("killed at any moment, what it acknowledged is still there", async (t) => {
  const folder = sandboxFolder(t);
  const randomness = seededRandomness("process kills");
  let acknowledged = 0;
  for (let round = 0; round < 4; round++) {
    const sandbox = await ensureSandbox({ folder, nowMs: NOW_MS });
    const advanced = (Date.parse(sandbox.status.now) - NOW_MS) / 1000;
    assert.ok(advanced >= acknowledged, `round ${round}: ${acknowledged} acknowledged, ${advanced} left`);
    const last = acknowledged + integerBetween(randomness, 1, 20);
    const orders = (async () => {
      for (;;) {
        const { toMs } = await sandbox.client.call("advance", { byMs: 1000 });
        acknowledged = (toMs - NOW_MS) / 1000;
      }
    })();
    const over = assert.rejects(orders);
    while (acknowledged < last) await new Promise(setImmediate);
    await kill(sandbox);
    await over;
  }
  assert.ok(acknowledged > 4);
});

test("a sandbox that does not listen any more is killed by stop, and so is one whose record is gone", async (t) => {
  const folder = sandboxFolder(t);
  const { status } = await ensureSandbox({ folder, nowMs: NOW_MS });
  // As after a crash of the machine: the record points at a port where nobody answers.
  const record = await readProcessRecord(folder);
  assert.ok(record?.control);
  const deaf = createServer();
  await new Promise<void>((done) => deaf.listen(0, "127.0.0.1", done));
  const { port } = deaf.address() as { port: number };
  await new Promise((done) => deaf.close(done));
  writeFileSync(
    join(folder, "process.json"),
    JSON.stringify({ ...record, control: { ...record.control, port } }),
  );
  assert.equal(await findSandbox(folder), undefined);
  assert.equal(await stopSandbox(folder), "killed");
  await processGone(status.pid);
});

test("a state that cannot be read is kept aside and said so", async (t) => {
  const folder = sandboxFolder(t);
  writeFileSync(join(folder, "state.json"), '{"schemaVersion":1,');
  const { origin } = await ensureSandbox({ folder, nowMs: NOW_MS });
  assert.deepEqual(origin, {
    kind: "replaced",
    keptAs: join(folder, "state.json.corrupt-1"),
    reason: "it is not JSON",
  });
  assert.equal(readFileSync(join(folder, "state.json.corrupt-1"), "utf8"), '{"schemaVersion":1,');
});

test("a newer version's state is refused; what is in the folder stays", async (t) => {
  const folder = sandboxFolder(t);
  writeFileSync(join(folder, "state.json"), '{"schemaVersion":9}');
  await assert.rejects(ensureSandbox({ folder, nowMs: NOW_MS }), {
    name: "SandboxStartError",
    message: /was written by a newer Keyturn \(schemaVersion 9; this one knows 1\)/,
  });
  assert.equal(readFileSync(join(folder, "state.json"), "utf8"), '{"schemaVersion":9}');
});

test("a port that another program has is refused by name, now and at a restart", async (t) => {
  const folder = sandboxFolder(t);
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, "127.0.0.1", done));
  t.after(() => new Promise((done) => taken.close(done)));
  const { port } = taken.address() as { port: number };
  await assert.rejects(ensureSandbox({ folder, nowMs: NOW_MS, httpsPort: port }), {
    name: "SandboxStartError",
    message: new RegExp(`^Port ${port} is taken by another program\\.`),
  });
  const { status } = await ensureSandbox({ folder, nowMs: NOW_MS });
  await assert.rejects(ensureSandbox({ folder, nowMs: NOW_MS, httpsPort: port }), {
    name: "SandboxStartError",
    message: new RegExp(`already running in .*, at port ${status.ports.https} and not ${port}`),
  });
});

test("reset throws everything away but the address", async (t) => {
  const folder = sandboxFolder(t);
  const { client, status } = await ensureSandbox({ folder, nowMs: NOW_MS });
  await client.call("advance", { byMs: 1000 });
  const ca = readFileSync(join(folder, "ca.pem"), "utf8");
  writeFileSync(join(folder, "pulumi", "stack"), "");
  const after = await resetSandbox({ folder, nowMs: NOW_MS });
  assert.equal(after.status.now, "2025-02-14T11:30:00Z");
  assert.equal(after.status.ports.https, status.ports.https);
  assert.notEqual(after.status.tenantId, status.tenantId);
  assert.equal(readFileSync(join(folder, "ca.pem"), "utf8"), ca);
  assert.deepEqual(readdirSync(join(folder, "pulumi")), []);
});

test("a sandbox whose folder is taken away ends by itself", async (t) => {
  const folder = temporaryFolder(t);
  const { status } = await ensureSandbox({ folder, nowMs: NOW_MS });
  rmSync(folder, { recursive: true });
  await processGone(status.pid);
});

test("a fault that kills the sandbox strikes once, and not again after the restart", async (t) => {
  const folder = sandboxFolder(t);
  const first = await ensureSandbox({ folder, nowMs: NOW_MS });
  const kill = { when: { kind: "nth", n: 1 }, effect: { kind: "kill" } } as const;
  await first.client.call("addFault", { match: { operation: "random.create" }, ...kill });
  const create = async ({ status }: EnsuredSandbox) => {
    const provider = new ProviderClient(status.ports.providers.random ?? 0);
    t.after(() => provider.close());
    return provider.create({
      urn: "urn:pulumi:dev::t::random:index/randomUuid:RandomUuid::id",
      properties: {},
    });
  };
  await assert.rejects(create(first), { code: "UNAVAILABLE" });
  await processGone(first.status.pid);
  const second = await ensureSandbox({ folder, nowMs: NOW_MS });
  assert.match((await create(second)).id, /^[0-9a-f-]{36}$/);
  const { fired, counters } = await second.client.call("listFaults", {});
  assert.deepEqual(
    fired.map(({ effect, operation }) => `${effect} ${operation}`),
    ["kill random.create"],
  );
  assert.deepEqual(counters, { 1: { matched: 2, fired: 1 } });
});
