import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { Command } from "commander";
import { type BootstrapOptions, bootstrapRequest } from "../../../cli/bootstrap/request.ts";
import { rightsTable } from "../../../cli/bootstrap/rights-table.ts";
import { registerBootstrap } from "../../../cli/commands/bootstrap.ts";
import { PROJECT_FOLDER } from "../../../cli/engine/engine.ts";
import { bootstrapSettings } from "../../support/bootstrap-settings.ts";

const PAGE = new URL("../../../docs/bootstrap.md", import.meta.url);
const TABLE = /(?<=<!-- rights: begin -->\n).*(?=<!-- rights: end -->)/s;

/** The words of a command line, without the quotes around some. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

/** The flags of a `keyturn bootstrap`, as the command itself reads them. */
async function optionsOf(words: readonly string[]): Promise<BootstrapOptions> {
  const program = new Command().exitOverride();
  registerBootstrap(program, {
    terminal: {
      out: () => {},
      err: () => {},
      verbatim: () => {},
      interactive: false,
      style: (_, text) => text,
    },
    setExitCode: () => {},
  });
  const [command] = program.commands;
  assert.ok(command);
  const read: BootstrapOptions[] = [];
  command.exitOverride().action((options: BootstrapOptions) => void read.push(options));
  await program.parseAsync([...words], { from: "user" });
  const [options] = read;
  assert.ok(options);
  return options;
}

describe("docs/bootstrap.md", () => {
  it("shows every right as it is; KEYTURN_UPDATE_GOLDEN=1 writes the table", async () => {
    const text = await readFile(PAGE, "utf8");
    const expected = text.replace(TABLE, () => `${rightsTable(bootstrapSettings())}\n`);
    if (process.env.KEYTURN_UPDATE_GOLDEN === "1") await writeFile(PAGE, expected);
    else assert.equal(text, expected);
    assert.match(expected, /\| `dev`, `rotate-dev` \| Keyturn deployer \|/);
  });

  it("has commands that the command takes, with this checkout's stacks", async () => {
    const text = await readFile(PAGE, "utf8");
    const commands = [...text.matchAll(/^ *npx keyturn (bootstrap .*)$/gm)].map(([, line = ""]) => line);
    assert.equal(commands.length, 3);
    for (const line of commands) {
      const request = await bootstrapRequest(await optionsOf(wordsOf(line)), PROJECT_FOLDER);
      for (const { federations } of request.stacks) assert.equal(Object.keys(federations).length, 4, line);
    }
  });
});
