import assert from "node:assert/strict";
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, watch, writeFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SecretReadError } from "../../../runtime/src/errors.ts";
import { RotatingSecret } from "../../../runtime/src/rotating-secret.ts";
import { environmentSource } from "../../../runtime/src/sources/environment-source.ts";
import { fileSource } from "../../../runtime/src/sources/file-source.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const { signal } = new AbortController();
const failsFor = (reason: string) => (error: unknown) =>
  error instanceof SecretReadError && error.reason === reason;

test("reads a file without the blanks around the value, and counts its changes", async (t) => {
  const path = join(temporaryFolder(t), "secret");
  const source = fileSource({ path });
  writeFileSync(path, "  value-1\r\n");
  const first = await source.readCurrent({ signal });
  assert.equal(first.reveal(), "value-1");
  assert.equal(first.info.version, "file-1");
  writeFileSync(path, "value-1");
  assert.equal((await source.readCurrent({ signal })).info.version, "file-1");
  writeFileSync(path, "value-2");
  assert.equal((await source.readCurrent({ signal })).info.version, "file-2");
});

test("tells what is wrong with a file", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "secret");
  const read = (at = path) => fileSource({ path: at }).readCurrent({ signal });
  await assert.rejects(read(), failsFor("missing"));
  await assert.rejects(read(folder), failsFor("malformed"));
  writeFileSync(path, " \n");
  await assert.rejects(read(), failsFor("malformed"));
  writeFileSync(path, "x".repeat(70_000));
  await assert.rejects(read(), failsFor("malformed"));
  if (process.getuid?.() !== 0) {
    chmodSync(path, 0o000);
    await assert.rejects(read(), failsFor("forbidden"));
  }
});

test("notices a replaced file, and Kubernetes' way of changing a link", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "secret");
  const time = new VirtualTime();
  const secret = new RotatingSecret({
    credential: "mailman",
    source: fileSource({ path, clock: time }),
    clock: time,
  });
  t.after(() => secret.close());
  const changes: string[] = [];
  let noticed = () => {};
  secret.onEvent((event) => {
    if (event.type === "secret-changed") {
      changes.push(event.secret.version);
      noticed();
    }
  });
  const change = async (make: () => void) => {
    const seen = new Promise<void>((resolve) => {
      noticed = resolve;
    });
    make();
    await seen;
  };
  const linkTo = (version: string) => {
    mkdirSync(join(folder, version));
    writeFileSync(join(folder, version, "secret"), version);
    symlinkSync(join(version, "secret"), join(folder, "new"));
    renameSync(join(folder, "new"), path);
  };
  writeFileSync(path, "value-1");
  await secret.start();
  await change(() => {
    writeFileSync(join(folder, "new"), "value-2");
    renameSync(join(folder, "new"), path);
  });
  await change(() => linkTo("value-3"));
  assert.deepEqual(changes, ["file-1", "file-2", "file-3"]);
  const seen: string[] = [];
  await secret.withClientSecret(async (value) => seen.push(value));
  assert.deepEqual(seen, ["value-3"]);
});

test("looks at the file now and then, where no change is told", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "secret");
  const time = new VirtualTime();
  const source = fileSource({ path, pollIntervalMs: 5_000, clock: time });
  writeFileSync(path, "value-1");
  await source.readCurrent({ signal });
  let looks = 0;
  let noticed = () => {};
  const stop =
    source.watch?.(() => {
      looks++;
      noticed();
    }) ?? assert.fail("cannot watch");
  rmSync(folder, { recursive: true }); // And with it the watch.
  mkdirSync(folder);
  writeFileSync(path, "value-2");
  const change = new Promise<void>((resolve) => {
    noticed = resolve;
  });
  await time.advance(5_000);
  await change;
  assert.ok(looks >= 1);
  stop();
  await time.settle();
  assert.equal(time.timers, 0);
});

test("a missing file is left to the reader's schedule", async (t) => {
  const time = new VirtualTime();
  const path = join(temporaryFolder(t), "secret");
  writeFileSync(path, "value-1");
  const secret = new RotatingSecret({
    credential: "mailman",
    source: fileSource({ path, clock: time }),
    clock: time,
    random: () => 0.5,
  });
  let failures = 0;
  secret.onEvent(({ type }) => {
    failures += type === "secret-read-failed" ? 1 : 0;
  });
  await secret.start();
  rmSync(path);
  for (let looks = 0; looks < 360; looks++) {
    await time.advance(10_000);
    await stat(tmpdir()); // As long as the source's own look at the file takes.
  }
  assert.ok(failures > 10 && failures <= 130, `${failures} failures`);
  secret.close();
});

test("other files of the folder are not its concern", async (t) => {
  const folder = temporaryFolder(t);
  const source = fileSource({ path: join(folder, "secret"), clock: new VirtualTime() });
  let looks = 0;
  const stop = source.watch?.(() => looks++) ?? assert.fail("cannot watch");
  const told = new Promise<void>((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name === "last") {
        watcher.close();
        resolve();
      }
    });
  });
  for (let write = 0; write < 100; write++) {
    writeFileSync(join(folder, "other"), `${write}`);
  }
  writeFileSync(join(folder, "last"), "");
  await told;
  stop();
  assert.equal(looks, 0);
});

test("looks no more once it was told to stop", async (t) => {
  const folder = temporaryFolder(t);
  const source = fileSource({ path: join(folder, "secret"), clock: new VirtualTime() });
  let looks = 0;
  const stop = source.watch?.(() => looks++) ?? assert.fail("cannot watch");
  stop();
  // Another watch tells when the system has told of the change.
  const told = new Promise<void>((resolve) => {
    const watcher = watch(folder, () => {
      watcher.close();
      resolve();
    });
  });
  writeFileSync(join(folder, "secret"), "value-1");
  await told;
  assert.equal(looks, 0);
});

test("reads an environment variable", async () => {
  const environment: Record<string, string> = { CLIENT_SECRET: " value-1 " };
  const source = environmentSource({ variable: "CLIENT_SECRET", environment });
  assert.equal((await source.readCurrent({ signal })).reveal(), "value-1");
  environment.CLIENT_SECRET = "";
  await assert.rejects(source.readCurrent({ signal }), failsFor("missing"));
  assert.throws(() => environmentSource({ variable: "CLIENT SECRET" }), /variable is "CLIENT SECRET"/);
});
