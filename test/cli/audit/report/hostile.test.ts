import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { emptyNoticeState, tierNotices } from "../../../../cli/audit/notices.ts";
import { FORMATS, type Format } from "../../../../cli/audit/options.ts";
import { displayWidth } from "../../../../cli/audit/report/columns.ts";
import { render } from "../../../../cli/audit/report/render.ts";
import { sampleResult } from "../../../support/audit-result.ts";

/** What every name is made of in a report that nobody attacks. */
const PLAIN = "Plain";

async function report(format: Format, name: string, limit = 0): Promise<string> {
  const result = sampleResult(name);
  const { notices } = tierNotices(result.findings, result.policy.tiers, emptyNoticeState, result.nowMs);
  return render(format, result, { docsUrl: "docs/", notices, limit, style: (_, text) => text });
}

/** Pieces that mean something to a terminal, a spreadsheet, a browser, Markdown, or a metrics collector. */
const piece = fc.constantFrom(
  "=cmd|' /C calc'!A0",
  "+1+1",
  "-2",
  "@SUM(1)",
  "\t=1",
  "\r\n",
  '"',
  "'",
  ";",
  ",",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "</style></title><!--",
  "&lt;",
  "|",
  "\\|",
  "\\",
  "`",
  "```\n",
  "</code>",
  "[a](javascript:alert(1))",
  "![](https://evil.example/x.png)",
  "@everyone",
  "#1",
  "https://evil.example",
  "::error::x",
  "\u001b]0;title\u0007\u001b[2J",
  "\u202e",
  "\u2066",
  "\u2028",
  "\ufeff",
  "\ud800",
  "\n# HELP x y\nx 1\n",
  "} 1\n",
  "应用程序",
  "👩‍👩‍👧",
  "x".repeat(10_000),
);
const hostileName = fc
  .oneof(
    fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join("")),
    fc.string({ unit: "binary" }),
  )
  .filter((name) => name !== "");

for (const format of FORMATS) {
  test(`whatever the names, nothing acts or deceives in the ${format} report`, async () => {
    await fc.assert(
      fc.asyncProperty(hostileName, async (name) => {
        const text = await report(format, name);
        assert.equal(text.isWellFormed(), true);
        const allowed = format === "csv" ? /[\r\n]/g : /\n/g;
        const rest = text.replace(/^\ufeff/, "").replace(allowed, "");
        assert.doesNotMatch(rest, /[\p{Cc}\p{Zl}\p{Zp}]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u);
      }),
      { numRuns: 40 },
    );
  });
}

test("a table keeps to 80 columns", async () => {
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      const text = await report("table", name);
      assert.equal(stripVTControlCharacters(text), text);
      for (const line of text.split("\n")) assert.ok(displayWidth(line) <= 80 || /^ *\S+$/.test(line), line);
    }),
    { numRuns: 60 },
  );
});

test("a table shows the most urgent ones, and says how many it leaves out", async () => {
  const text = await report("table", PLAIN, 2);
  assert.match(text, /critical /);
  assert.match(text, /\n10 more, less urgent: --limit 0 shows all of them\.\n/);
});

test("HTML has the same elements and attributes, whatever the names", async () => {
  const skeleton = (html: string) =>
    html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/title="[^"]*"/, "title"));
  const plain = skeleton(await report("html", PLAIN));
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      const html = await report("html", name);
      assert.deepEqual(skeleton(html), plain);
      // Nothing is left outside of an element or an attribute that could begin one.
      assert.doesNotMatch(html.replace(/<[^>]*>/g, ""), /[<>]/);
    }),
    { numRuns: 60 },
  );
  assert.doesNotMatch((plain ?? []).join(""), /<script|javascript:|\son[a-z]+=|src=|@import/i);
});

test("Markdown has the same lines, cells and links, and names only inside of code", async () => {
  const shape = (markdown: string) => markdown.replace(/<code>([^<]*)<\/code>/g, "C");
  // A secret is called by its name in quotes, or by its key: what is compared has names everywhere.
  const plain = shape(await report("markdown", PLAIN));
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      const markdown = await report("markdown", name);
      assert.equal(shape(markdown), plain);
      for (const [, inside = ""] of markdown.matchAll(/<code>([^<]*)<\/code>/g)) {
        // ASCII punctuation only ever as a numeric reference.
        assert.match(inside, /^(?:[\p{L}\p{N}\p{M} ]|[^\p{ASCII}]|&#\d+;)*$/u);
      }
    }),
    { numRuns: 60 },
  );
});

test("a CSV field is never a formula, and every field is read back", async () => {
  const columns = parseCsv(await report("csv", PLAIN))[0]?.length;
  const names = fc.oneof(
    fc.constantFrom("=1+1", "+1", "-1", "@x", "\t1", "＝1", "＋1", "－1", "＠x"),
    hostileName,
  );
  await fc.assert(
    fc.asyncProperty(names, async (name) => {
      for (const fields of parseCsv(await report("csv", name))) {
        assert.equal(fields.length, columns);
        for (const field of fields) assert.doesNotMatch(field, /^[=+\-@\t\r＝＋－＠]/u);
      }
    }),
    { numRuns: 60 },
  );
});

test("JSON and SARIF are JSON, with a name for each finding", async () => {
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      const json = JSON.parse(await report("json", name));
      assert.equal(json.findings.length, json.summary.findings);
      for (const { subject } of json.findings) assert.equal(typeof subject.name, "string");
      const sarif = JSON.parse(await report("sarif", name));
      assert.equal(sarif.runs[0].results.length, json.findings.length);
    }),
    { numRuns: 40 },
  );
});

test("every line for Prometheus is of the text format, whatever the names", async () => {
  const sample = /^[a-z_]+(\{([a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? -?\d+$/;
  const plain = (await report("prometheus", PLAIN)).split("\n").length;
  await fc.assert(
    fc.asyncProperty(hostileName, async (name) => {
      const lines = (await report("prometheus", name)).split("\n");
      assert.equal(lines.length, plain);
      for (const line of lines) {
        if (line !== "" && !line.startsWith("# ")) assert.match(line, sample);
      }
    }),
    { numRuns: 40 },
  );
});

/** RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  for (const row of text.replace(/^\ufeff/, "").split("\r\n")) {
    if (row === "") continue;
    const fields = [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)];
    assert.equal(fields.map(([whole]) => whole).join(""), row);
    rows.push(fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""));
  }
  return rows;
}
