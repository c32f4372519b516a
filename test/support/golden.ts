import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Holds `content` against the file `golden/NAME` beside the test. With `KEYTURN_UPDATE_GOLDEN=1` the file is
 * written instead: look at what has changed before you commit it.
 */
export async function assertGolden(testUrl: string, name: string, content: string): Promise<void> {
  const file = fileURLToPath(new URL(`golden/${name}`, testUrl));
  if (process.env.KEYTURN_UPDATE_GOLDEN === "1") {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    return;
  }
  assert.equal(content, await readFile(file, "utf8"), `${name} is not as it was; see test/support/golden.ts`);
}
