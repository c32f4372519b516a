import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { main } from "../../cli/main.ts";
import type { Terminal } from "../../cli/terminal.ts";

/** What one command line says on standard error, and its exit code. */
async function run(args: string[]): Promise<{ exitCode: number; said: string }> {
  let said = "";
  const terminal: Terminal = {
    out: () => {},
    err: (text) => {
      said += text;
    },
    verbatim: () => {},
    interactive: false,
    style: (_format, text) => text,
  };
  const exitCode = await main(args, terminal);
  return { exitCode, said };
}

const MISTAKES: readonly [args: string[], says: RegExp][] = [
  [["bogus"], /unknown command 'bogus'/],
  [["rotate", "mailman"], /required option .*--reason/],
  [["revoke", "mailman", "-s", "dev", "--reason", ""], /--reason must not be empty/],
  [
    ["retire", "mailman", "-s", "dev", "--reason", "x".repeat(201)],
    /--reason must be at most 200 characters/,
  ],
  [["status", "--cwd", "/no/such/folder", "-s", "dev"], /--cwd \/no\/such\/folder: there is no such folder/],
  [["status", "-s", "de v"], /"de v" is no stack's name/],
  [["status", "-s", "dev", "--at", "2027-02-30"], /--at must be a date such as .*"2027-02-30"/],
  [
    ["hold", "mailman", "-s", "dev", "--until", "soon", "--reason", "x"],
    /--until must be a date such as .*"soon"/,
  ],
  [["up", "-s", "dev", "--timeout", "forever"], /--timeout forever: allowed is a whole number and a unit/],
  [["sandbox", "advance", "5"], /advance 5: allowed is a whole number and a unit/],
];

describe("a mistake on the command line", () => {
  for (const [args, says] of MISTAKES) {
    it(`is named, with what is allowed: keyturn ${args.join(" ")}`, async () => {
      const { exitCode, said } = await run(args);
      assert.equal(exitCode, 2);
      assert.match(said, says);
      assert.doesNotMatch(said, /internal error|\n {4}at /);
    });
  }
});
