import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { parseBaseline } from "../../../cli/audit/baseline.ts";
import { FINDING_KINDS } from "../../../cli/audit/findings/catalogue.ts";
import { helpLink } from "../../../cli/audit/report/links.ts";
import { exitCodes } from "../../../cli/exit-codes.ts";

const page = await readFile(new URL("../../../docs/audit.md", import.meta.url), "utf8");

test("every kind of finding has the section that its link leads to, and no section is left over", () => {
  const sections = [...page.matchAll(/^### `([a-z-]+)`$/gm)].map(([, kind]) => kind);
  assert.deepEqual(sections.toSorted(), FINDING_KINDS.toSorted());
  for (const kind of FINDING_KINDS) assert.equal(helpLink(kind, "docs/"), `docs/audit.md#${kind}`);
});

test("the example of a baseline is one", () => {
  const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  assert.equal(parseBaseline(example, "docs/audit.md", Date.parse("2027-03-01T00:00:00Z")).length, 1);
});

test("the exit codes are those of the program", () => {
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  const { ok, error, configuration, authentication, stackMissing, timeout, findings } = exitCodes;
  assert.deepEqual(codes, [ok, error, configuration, authentication, stackMissing, timeout, findings]);
});
