import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { it } from "node:test";
import { rules } from "../../policy/rules/index.ts";
import { rulesTable } from "../../policy/rules-table.ts";

const README = new URL("../../policy/README.md", import.meta.url);
const TABLE = /(?<=<!-- rules: begin -->\n).*(?=<!-- rules: end -->)/s;

it("documents every rule as it is; KEYTURN_UPDATE_GOLDEN=1 writes the table", async () => {
  const text = await readFile(README, "utf8");
  const expected = text.replace(TABLE, () => `${rulesTable(rules)}\n`);
  if (process.env.KEYTURN_UPDATE_GOLDEN === "1") await writeFile(README, expected);
  else assert.equal(text, expected);
  assert.match(expected, /password-lifetime/);
});
