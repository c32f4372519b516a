import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { FileStore, StoreError } from "../../sandbox/file-store.ts";
import { integerBetween, seededRandomness } from "../../sandbox/randomness.ts";
import { initialState, type State } from "../../sandbox/state.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const initial = () => initialState({ nowMs: 1000, tenantId: "tenant", subscriptionId: "subscription" });

async function onDisk(folder: string): Promise<State> {
  return JSON.parse(await readFile(join(folder, "state.json"), "utf8")) as State;
}

test("an acknowledged update is in the file, and a new process resumes from it", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await FileStore.open({ folder, initial });
  assert.deepEqual(store.origin, { kind: "new" });
  const result = await store.update((draft) => {
    draft.clock.nowMs = 5000;
    return "answer";
  });
  assert.equal(result, "answer");
  assert.equal((await onDisk(folder)).clock.nowMs, 5000);
  await store.close();

  const again = await FileStore.open({ folder, initial });
  t.after(() => again.close());
  assert.deepEqual(again.origin, { kind: "resumed" });
  assert.equal(again.state.clock.nowMs, 5000);
});

test("a change that throws changes nothing, and what is read cannot be changed", async (t) => {
  const store = await FileStore.open({ folder: await temporaryFolder(t), initial });
  t.after(() => store.close());
  await assert.rejects(
    store.update((draft) => {
      draft.clock.nowMs = 9;
      throw new Error("no");
    }),
    { message: "no" },
  );
  assert.equal(store.state.clock.nowMs, 1000);
  assert.throws(() => Object.assign(store.state.clock, { nowMs: 1 }), TypeError);
});

test("updates at the same time share writes, and none resolves before its own is on disk", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await FileStore.open({ folder, initial });
  t.after(() => store.close());
  const writes = new Set<number>();
  await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const mine = await store.update((draft) => {
        draft.clock.nowMs += 1;
        return draft.clock.nowMs;
      });
      assert.equal(mine, 1001 + i, "updates apply in the order in which they were asked for");
      const durable = await onDisk(folder);
      assert.ok(durable.clock.nowMs >= mine, `${durable.clock.nowMs} is on disk, ${mine} was promised`);
      writes.add((await stat(join(folder, "state.json"))).ino);
    }),
  );
  assert.ok(writes.size <= 3, `${writes.size} writes for 200 updates at once`);
});

test("the file is its owner's alone, whatever was there before", async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "state.json.new"), "left over", { mode: 0o644 });
  await chmod(join(folder, "state.json.new"), 0o644);
  const store = await FileStore.open({ folder, initial });
  t.after(() => store.close());
  assert.equal((await stat(join(folder, "state.json"))).mode & 0o777, 0o600);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith(".new")),
    [],
  );
});

for (const [name, content] of [
  ["half a file", '{"schemaVersion":1,"clock":{"nowMs":1'],
  ["another program's file", '{"name":"something","schemaVersion":1}'],
  ["an empty file", ""],
  ["not an object", "null"],
] as const) {
  test(`a file that cannot be understood is kept aside: ${name}`, async (t) => {
    const folder = await temporaryFolder(t);
    for (const n of [1, 2]) {
      await writeFile(join(folder, "state.json"), content);
      const store = await FileStore.open({ folder, initial });
      assert.equal(store.origin.kind, "replaced");
      assert.ok(store.origin.kind === "replaced" && store.origin.keptAs.endsWith(`state.json.corrupt-${n}`));
      assert.equal(await readFile(join(folder, `state.json.corrupt-${n}`), "utf8"), content);
      assert.deepEqual(await onDisk(folder), initial());
      await store.close();
    }
  });
}

test("a newer version's file is refused and left alone", async (t) => {
  const folder = await temporaryFolder(t);
  const content = JSON.stringify({ ...initial(), schemaVersion: 2 });
  await writeFile(join(folder, "state.json"), content);
  await assert.rejects(FileStore.open({ folder, initial }), (error) => {
    assert.ok(error instanceof StoreError && error.code === "newer-schema");
    assert.match(error.message, /schemaVersion 2; this one knows 1/);
    return true;
  });
  assert.equal(await readFile(join(folder, "state.json"), "utf8"), content);
  // The refusal has let go of the folder.
  await writeFile(join(folder, "state.json"), JSON.stringify(initial()));
  await (await FileStore.open({ folder, initial })).close();
});

test("two sandboxes never share a file", async (t) => {
  const folder = await temporaryFolder(t);
  const opened = await Promise.allSettled(
    Array.from({ length: 5 }, () => FileStore.open({ folder, initial })),
  );
  const stores = opened.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const refusals = opened.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  assert.equal(stores.length, 1);
  assert.ok(refusals.every((error) => error instanceof StoreError && error.code === "locked"));
  await stores[0]?.close();
  await (await FileStore.open({ folder, initial })).close();
});

test("after a failed write the update is refused, and the next one writes everything", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await FileStore.open({ folder, initial });
  t.after(() => store.close());
  await mkdir(join(folder, "state.json.new"));
  const add = () =>
    store.update((draft) => {
      draft.clock.nowMs += 1;
    });
  const both = await Promise.allSettled([add(), add()]);
  assert.deepEqual(
    both.map((each) => each.status),
    ["rejected", "rejected"],
  );
  assert.equal((await onDisk(folder)).clock.nowMs, 1000);
  await rmdir(join(folder, "state.json.new"));
  await add();
  assert.equal((await onDisk(folder)).clock.nowMs, 1003);
});

test("a closed store takes no more updates", async (t) => {
  const store = await FileStore.open({ folder: await temporaryFolder(t), initial });
  const last = store.update((draft) => {
    draft.clock.nowMs = 7;
  });
  await store.close();
  await last;
  await assert.rejects(
    store.update(() => {}),
    (error) => error instanceof StoreError && error.code === "closed",
  );
});

test("killed at any moment, nothing acknowledged is lost", async (t) => {
  const folder = await temporaryFolder(t);
  const randomness = seededRandomness("kill moments");
  const writer = join(import.meta.dirname, "file-store-writer.ts");
  let acknowledged = 0;
  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, [writer, folder], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = once(child, "close");
    // Round 0 is killed while it starts; the others some turns of the event loop after an acknowledgement.
    const acknowledgements = round === 0 ? 0 : integerBetween(randomness, 1, 12);
    const turns = integerBetween(randomness, 0, 400);
    let seen = 0;
    const kill = async () => {
      for (let i = 0; i < turns; i++) await new Promise(setImmediate);
      child.kill("SIGKILL");
    };
    if (acknowledgements === 0) void kill();
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Math.max(acknowledged, Number(line));
      if (++seen === acknowledgements) void kill();
    }
    await ended;
    const store = await FileStore.open({ folder, initial: () => ({ ...initial(), clock: { nowMs: 0 } }) });
    assert.notEqual(store.origin.kind, "replaced", `round ${round}: the file was torn`);
    assert.ok(
      store.state.clock.nowMs >= acknowledged,
      `round ${round}: ${acknowledged} was acknowledged, ${store.state.clock.nowMs} is on disk`,
    );
    await store.close();
  }
  assert.ok(acknowledged > 20, `the writers got somewhere: ${acknowledged}`);
});
