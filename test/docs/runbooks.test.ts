import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
const RUNBOOKS = join(PROJECT, "docs/runbooks");

async function textsIn(folder: string, ending: RegExp): Promise<string[]> {
  const entries = await readdir(join(PROJECT, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && ending.test(entry.name));
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), "utf8")));
}

describe("the runbooks", () => {
  it("are all there that a message, an alert or another page names, and all listed", async () => {
    const pages = (await readdir(RUNBOOKS)).filter((name) => name !== "README.md");
    const code = (await Promise.all(["infra", "cli", "policy"].map((each) => textsIn(each, /\.ts$/)))).flat();
    const named = code.flatMap((text) => [...text.matchAll(/docs\/runbooks\/([a-z-]+\.md)/g)]);
    const linked = (await textsIn("docs/runbooks", /\.md$/)).flatMap((text) => [
      ...text.matchAll(/\]\(([a-z-]+\.md)\)/g),
    ]);
    assert.ok(named.length > 10 && linked.length > 10);
    for (const [, page = ""] of [...named, ...linked]) assert.ok(pages.includes(page), page);
    const list = await readFile(join(RUNBOOKS, "README.md"), "utf8");
    assert.deepEqual(
      pages.filter((page) => !list.includes(`](${page})`)),
      [],
    );
  });
});
