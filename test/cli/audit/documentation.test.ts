import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { parseBaseline } from "../../../cli/audit/baseline.ts";
import { FINDING_KINDS } from "../../../cli/audit/findings/catalogue.ts";
import { adviceOn } from "../../../cli/audit/report/advice.ts";
import { helpLink, scheduledLink } from "../../../cli/audit/report/links.ts";
import { exitCodes } from "../../../cli/exit-codes.ts";

const page = await readFile(new URL("../../../docs/audit.md", import.meta.url), "utf8");

test("every kind of finding has the section that its link leads to, and no section is left over", () => {
  const sections = [...page.matchAll(/^### `([a-z-]+)`$/gm)].map(([, kind]) => kind);
  assert.deepEqual(sections.toSorted(), FINDING_KINDS.toSorted());
  for (const kind of FINDING_KINDS) assert.equal(helpLink(kind, "docs/"), `docs/audit.md#${kind}`);
});

test("every link that the audit gives leads to a page that is there, and to a heading on it", async () => {
  const docs = new URL("../../../docs/", import.meta.url);
  const links = FINDING_KINDS.flatMap((kind) => {
    const { help, runbook } = adviceOn(kind, "");
    return runbook === undefined ? [help] : [help, runbook];
  });
  assert.ok(links.some((link) => link.startsWith("runbooks/")));
  for (const link of [...links, scheduledLink("")]) {
    const [path = "", anchor] = link.split("#");
    const text = await readFile(new URL(path, docs), "utf8");
    const anchors = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
    if (anchor !== undefined) assert.ok(anchors.includes(anchor), link);
  }
});

test("every link from the page and from a runbook to a file of the project leads somewhere", async () => {
  const docs = new URL("../../../docs/", import.meta.url);
  const runbooks = (await readdir(new URL("runbooks/", docs))).map(
    (name) => new URL(`runbooks/${name}`, docs),
  );
  for (const page of [new URL("audit.md", docs), ...runbooks]) {
    const text = await readFile(page, "utf8");
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const { hash, href } = new URL(target, page);
      const linked = await readFile(new URL(href.slice(0, href.length - hash.length)), "utf8");
      const anchors = [...linked.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
      if (hash !== "") assert.ok(anchors.includes(hash.slice(1)), `${page.pathname}: ${target}`);
    }
  }
});

/** As GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

test("the example of a baseline is one", () => {
  const [, example = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
  assert.equal(parseBaseline(example, "docs/audit.md", Date.parse("2027-03-01T00:00:00Z")).length, 1);
});

test("the exit codes are those of the program", () => {
  const codes = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  const { ok, error, configuration, authentication, stackMissing, timeout, findings } = exitCodes;
  assert.deepEqual(codes, [ok, error, configuration, authentication, stackMissing, timeout, findings]);
});
