import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { writeSecretFile } from "../../../runtime/src/agent/write-secret-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("writes a file that only its owner reads, whatever was there and whatever the umask", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "secret");
  writeFileSync(path, "old", { mode: 0o666 });
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  await writeSecretFile(path, "value-1", 0o600);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await writeSecretFile(path, "value-2", 0o640);
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.equal(readFileSync(path, "utf8"), "value-2");
  assert.deepEqual(readdirSync(folder), ["secret"]);
});

test("never shows a reader a part", async (t) => {
  const path = join(temporaryFolder(t), "secret");
  const contents = ["a", "b"].map((letter) => letter.repeat(50_000));
  await writeSecretFile(path, contents[0] ?? "", 0o600);
  let isWriting = true;
  const reading = (async () => {
    let reads = 0;
    while (isWriting) {
      assert.ok(contents.includes(await readFile(path, "utf8")));
      reads++;
    }
    return reads;
  })();
  for (let round = 0; round < 50; round++) {
    await writeSecretFile(path, contents[round % 2] ?? "", 0o600);
  }
  isWriting = false;
  assert.ok((await reading) > 0);
});

test("removes what an interrupted write left, and leaves nothing when it fails", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "secret");
  writeFileSync(join(folder, ".secret.keyturn-new"), "half");
  await writeSecretFile(path, "value-1", 0o600);
  assert.deepEqual(readdirSync(folder), ["secret"]);
  mkdirSync(join(folder, "a-folder"));
  await assert.rejects(writeSecretFile(join(folder, "a-folder"), "value-1", 0o600));
  assert.deepEqual(readdirSync(folder), ["a-folder", "secret"]);
});
