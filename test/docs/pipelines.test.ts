import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { FORGES, protectionsOf, protectionTable, protectionText } from "../../cli/bootstrap/protection.ts";
import { main } from "../../cli/main.ts";
import { workflowFiles } from "../github/workflow-files.ts";

const PAGE = new URL("../../docs/pipelines.md", import.meta.url);
const page = readFileSync(PAGE, "utf8");
const STACKS = ["dev", "prod"];

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
    for (const { environment } of protectionsOf(STACKS)) {
      assert.ok(text.includes(`\`${environment}\``), environment);
    }
  });

  it("shows how each environment is protected; KEYTURN_UPDATE_GOLDEN=1 writes the tables", async () => {
    let expected = page;
    for (const forge of FORGES) {
      const table = new RegExp(
        `(?<=<!-- protection ${forge}: begin -->\\n).*(?=<!-- protection ${forge}: end -->)`,
        "s",
      );
      assert.match(expected, table);
      expected = expected.replace(table, () => `\n${protectionTable(STACKS, forge)}\n\n`);
    }
    if (process.env.KEYTURN_UPDATE_GOLDEN === "1") writeFileSync(PAGE, expected);
    else assert.equal(page, expected);
  });

  it("asks nobody where a schedule runs, and lets no branch but main in where something is changed", () => {
    const protections = new Map(protectionsOf(STACKS).map((each) => [each.environment, each]));
    const scheduled = workflowFiles().filter(({ workflow }) => "schedule" in workflow.on);
    const signedIn = scheduled.filter(({ workflow }) =>
      Object.values(workflow.jobs).some(({ environment }) => environment !== undefined),
    );
    assert.deepEqual(
      signedIn.map(({ file }) => file),
      ["audit.yml", "rotate.yml"],
    );
    for (const { file, workflow } of signedIn) {
      for (const { environment = "" } of Object.values(workflow.jobs)) {
        for (const stack of STACKS) {
          const name = environment.replace(/\$\{\{.*\}\}/, stack);
          assert.equal(protections.get(name)?.approval, "never", `${file}: ${name}`);
        }
      }
    }
    for (const { environment, kind, mainOnly, approval } of protections.values()) {
      assert.equal(mainOnly, kind !== "preview", environment);
      for (const forge of FORGES) {
        const protection = protections.get(environment);
        assert.ok(protection);
        const { where, checks } = protectionText(protection, forge);
        assert.equal(
          /\*\*no\*\* (reviewers|approval)/.test(checks),
          approval === "never",
          `${forge} ${environment}`,
        );
        assert.equal(/branch `main` only|branch control: `refs\/heads\/main`/.test(checks), mainOnly, checks);
        if (forge === "azure-devops")
          assert.match(where, new RegExp(`service connection \`keyturn-${environment}\``));
      }
    }
    const bootstrap = readFileSync(new URL("../../docs/bootstrap.md", import.meta.url), "utf8");
    for (const sentence of bootstrap.split(/(?<=[.;])\s/)) {
      if (/\b(audit|rotate)-/.test(sentence)) assert.doesNotMatch(sentence, /require reviewers/i, sentence);
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
