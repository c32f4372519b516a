import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { main } from "../../cli/main.ts";
import { workflowFiles } from "../github/workflow-files.ts";

const page = readFileSync(new URL("../../docs/pipelines.md", import.meta.url), "utf8");

/** The section under a heading. */
function section(heading: string): string {
  const [, text] = page.split(`\n## ${heading}\n`);
  assert.ok(text !== undefined, `there is no section "${heading}"`);
  return text.split("\n## ")[0] ?? "";
}

async function helpOf(command: string): Promise<string> {
  let said = "";
  const out = (text: string) => {
    said += text;
  };
  await main(["pipeline", command, "--help"], {
    out,
    err: out,
    verbatim: out,
    interactive: false,
    style: (_, text) => text,
  });
  return said.replaceAll(/\s+/g, " ");
}

describe("the page on pipelines", () => {
  it("tells of every workflow, at the times at which it runs", () => {
    const text = section("What runs when");
    for (const { file, workflow } of workflowFiles()) {
      const row = text.split("\n").find((line) => line.startsWith(`| \`${file}\` |`));
      assert.ok(row !== undefined, file);
      const [schedule] = (workflow.on.schedule as { cron: string }[] | undefined) ?? [];
      if (schedule === undefined) continue;
      const [minute = "", hour = ""] = schedule.cron.split(" ");
      assert.match(row, new RegExp(`\\b${hour.padStart(2, "0")}:${minute.padStart(2, "0")} UTC`), file);
    }
  });

  it("names every environment and every variable that is to be set up", () => {
    const text = section("Setting up");
    for (const { file, text: workflow } of workflowFiles()) {
      for (const [, name = ""] of workflow.matchAll(/vars\.(\w+)/g))
        assert.ok(text.includes(`\`${name}\``), `${file}: ${name}`);
    }
    for (const name of ["dev", "prod", "preview-dev", "preview-prod", "rotate-dev", "rotate-prod"]) {
      assert.ok(text.includes(`\`${name}\``), name);
    }
  });

  it("explains every exit code that the commands name, and no other", async () => {
    const listed = [...section("Exit codes").matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
    const helps = await Promise.all(["preview", "deploy", "rotate"].map(helpOf));
    const named = helps.flatMap((help) => {
      const codes = /Exit codes: (.*?)\. Options:/.exec(help)?.[1] ?? "";
      return [...codes.matchAll(/(?:^|[:,] )(\d+) /g)].map(([, code]) => Number(code));
    });
    assert.deepEqual(
      listed,
      [...new Set(named)].sort((x, y) => x - y),
    );
  });

  it("has the section that every red run links", () => {
    assert.match(section("What red means"), /\| a rotation, 12,/);
  });
});
