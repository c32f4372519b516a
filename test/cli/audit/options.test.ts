import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOptions } from "../../../cli/audit/options.ts";
import { CommandError } from "../../../cli/exit-codes.ts";

test("without flags there are defaults, and a table", () => {
  assert.deepEqual(parseOptions({}), {
    stack: [],
    managed: [],
    vault: [],
    days: 30,
    maxLifetime: 366,
    unused: 90,
    failOn: "none",
    limit: 200,
    concurrency: 8,
    signIns: true,
    owners: false,
    docsUrl: "docs/",
    destinations: [{ format: "table", file: undefined }],
  });
});

test("where reports go follows from formats and endings", () => {
  const to = (flags: object) =>
    parseOptions(flags).destinations.map(({ format, file }) => `${format} ${file ?? "stdout"}`);
  assert.deepEqual(to({ json: true }), ["json stdout"]);
  assert.deepEqual(to({ json: true, format: "json" }), ["json stdout"]);
  assert.deepEqual(to({ format: "sarif" }), ["sarif stdout"]);
  assert.deepEqual(to({ output: ["a.html", "b.SARIF", "c.prom", "d.md", "e.csv", "f.json", "g.txt"] }), [
    "html a.html",
    "sarif b.SARIF",
    "prometheus c.prom",
    "markdown d.md",
    "csv e.csv",
    "json f.json",
    "table g.txt",
  ]);
  assert.deepEqual(to({ json: true, output: ["a.html"] }), ["json stdout", "html a.html"]);
  assert.deepEqual(to({ format: "markdown", output: ["$GITHUB_STEP_SUMMARY"] }), [
    "markdown $GITHUB_STEP_SUMMARY",
  ]);
});

test("every wrong flag is told at once, with its value and what is allowed", () => {
  const flags = {
    tenant: "a b",
    vault: ["ok-vault", "http://kv.vault.azure.net", "x"],
    days: "0",
    maxLifetime: "1.5",
    unused: "-1",
    failOn: "worst",
    limit: "many",
    concurrency: "33",
    graphUrl: "http://graph",
    format: "pdf",
    output: ["x.pdf"],
  };
  assert.throws(
    () => parseOptions(flags),
    (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.equal(error.exitCode, 2);
      const lines = [
        "--tenant must be a tenant's id or domain, but is a b",
        "--vault must be a vault's name, or its address beginning with https://, but is http://kv.vault.azure.net",
        "--vault must be a vault's name, or its address beginning with https://, but is x",
        "--days must be a whole number from 1 to 36500, but is 0",
        "--max-lifetime must be a whole number from 1 to 36500, but is 1.5",
        "--unused must be a whole number from 1 to 36500, but is -1",
        "--fail-on must be none, critical, high, medium, low, info, but is worst",
        "--limit must be a whole number from 0 to 1000000, but is many",
        "--concurrency must be a whole number from 1 to 32, but is 33",
        "--graph-url must be an address beginning with https://, but is http://graph",
        "--format must be table, json, markdown, csv, sarif, prometheus, html, but is pdf",
      ];
      assert.deepEqual(error.message.split("\n  ").slice(1), lines);
      return true;
    },
  );
});

test("contradictions and unknown endings are told", () => {
  assert.throws(() => parseOptions({ json: true, format: "csv" }), /--json contradicts --format csv/);
  assert.throws(
    () => parseOptions({ output: ["a.pdf"] }),
    /--output a\.pdf: no format has this ending; use \.txt/,
  );
  assert.throws(() => parseOptions({ format: "csv", output: ["a", "b.md"] }), /--output a: no format/);
});
