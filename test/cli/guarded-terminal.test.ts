import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { guardedTerminal } from "../../cli/guarded-terminal.ts";
import { main } from "../../cli/main.ts";
import type { Terminal } from "../../cli/terminal.ts";
import { generateSecretValue } from "../../sandbox/entra/secret-value.ts";
import { seededRandomness } from "../../sandbox/randomness.ts";

const GITHUB = { GITHUB_ACTIONS: "true" };
const AZURE = { TF_BUILD: "True" };

function terminal(): { plain: Terminal; lines: string[] } {
  const lines: string[] = [];
  const add = (text: string) => void lines.push(text);
  return {
    lines,
    plain: { out: add, err: add, verbatim: add, interactive: false, style: (_, text) => text },
  };
}

/** Whether GitHub's runner would find a command: its `ActionCommand.TryParseV2`, and `TryParse` before it. */
const gitHubActs = (text: string) =>
  text.split(/\r\n|\r|\n/).some((line) => line.trimStart().startsWith("::") || line.includes("##["));
/** Whether an agent of Azure Pipelines would. */
const azureActs = (text: string) => /##vso\[/i.test(text);

const COMMANDS = [
  "##vso[task.setvariable variable=PATH]/tmp/evil",
  "mail: ##vso[task.complete result=Succeeded;]",
  "##VSO[task.setvariable variable=x]y",
  "::set-output name=digest::sha256:0",
  "first\n  ::add-mask::mailman",
  "first\r\n\t::stop-commands::x",
  "one\r::warning::x",
  "##[set-env name=NODE_OPTIONS;]--require=/tmp/evil",
];

describe("what a command writes", () => {
  it("holds no command of a pipeline's agent", () => {
    for (const text of COMMANDS) {
      assert.ok(gitHubActs(text) || azureActs(text), `no command to begin with: ${text}`);
      for (const env of [GITHUB, AZURE]) {
        const { plain, lines } = terminal();
        const guarded = guardedTerminal(plain, env);
        guarded.out(text);
        guarded.err(text);
        assert.equal(lines.length, 2);
        for (const line of lines) assert.ok(!gitHubActs(line) && !azureActs(line), line);
      }
    }
  });

  it("is left as it is where no agent reads it, and where it is no command", () => {
    const { plain, lines } = terminal();
    for (const text of COMMANDS) guardedTerminal(plain, {}).out(text);
    const harmless = ["## Heading", "urn:pulumi:dev::keyturn::x::y", "a: b", "issue ##12"];
    for (const text of harmless) guardedTerminal(plain, GITHUB).out(text);
    assert.deepEqual(lines, [...COMMANDS, ...harmless]);
  });

  it("passes on what is meant for the agent", () => {
    const { plain, lines } = terminal();
    guardedTerminal(plain, AZURE).verbatim("##vso[task.uploadsummary]/tmp/x.md");
    assert.deepEqual(lines, ["##vso[task.uploadsummary]/tmp/x.md"]);
  });

  it("holds no secret, of any command, whether an agent reads it or not", async () => {
    const secret = generateSecretValue(seededRandomness("terminal"));
    for (const env of [{}, GITHUB, AZURE]) {
      const { plain, lines } = terminal();
      guardedTerminal(plain, env).err(`diagnostic: {"secretText":"${secret}"}`);
      // Said by a command that knows nothing of this.
      await main(["status", "--stack", `x\n::add-mask::${secret}`], plain, env);
      const said = lines.join("\n");
      assert.match(said, /no stack's name/);
      assert.ok(!said.includes(secret.slice(5, 30)), said);
      assert.match(said, /"secretText":"\[secret\]"/);
      if (env !== AZURE && "GITHUB_ACTIONS" in env) assert.ok(!gitHubActs(said), said);
    }
  });
});
