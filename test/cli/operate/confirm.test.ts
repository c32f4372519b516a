import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, it } from "node:test";
import { CommandError } from "../../../cli/exit-codes.ts";
import { type Console, confirm } from "../../../cli/operate/confirm.ts";
import { runProcess } from "../../../tools/run-process.ts";

/** A terminal at which somebody types this. `readline` reads keys from it, as it does from a real one. */
function terminalWith(keys: string, isTTY = true): Console & { shown: () => string } {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  let shown = "";
  output.on("data", (text) => {
    shown += text;
  });
  input.write(keys);
  return { input, output, shown: () => shown };
}

async function answerTo(keys: string): Promise<string> {
  const terminal = terminalWith(keys);
  try {
    await confirm("rotate mailman on stack dev?", false, terminal);
    return "done";
  } catch (error) {
    assert.ok(error instanceof CommandError, String(error));
    assert.match(terminal.shown(), /rotate mailman on stack dev\? \[y\/N\] /);
    return `${error.exitCode}: ${error.message}`;
  }
}

const REFUSED = "8: nothing was changed: it was not confirmed";

describe("asking before acting", () => {
  for (const keys of ["y\r", "yes\r", "YES\r", " y \r"]) {
    it(`goes on after ${JSON.stringify(keys)}`, async () => assert.equal(await answerTo(keys), "done"));
  }

  for (const keys of ["\r", "n\r", "no\r", "yep\r", "rotate\r", "\x03", "\x04", "y\x03"]) {
    it(`stops after ${JSON.stringify(keys)}`, async () => assert.equal(await answerTo(keys), REFUSED));
  }

  it("asks nobody where --yes is given, and refuses where there is no terminal", async () => {
    const terminal = terminalWith("", false);
    await confirm("sure?", true, terminal);
    assert.equal(terminal.shown(), "");
    await assert.rejects(confirm("sure?", false, terminal), {
      exitCode: 2,
      message: "there is nobody to ask: give --yes to go on",
    });
  });

  it("works on a real terminal", { skip: process.platform !== "linux" }, async (t) => {
    const program = `
      import { confirm } from "${new URL("../../../cli/operate/confirm.ts", import.meta.url)}";
      await confirm("sure?", false).then(() => console.log("went on"), (error) => console.log(error.exitCode + " " + error.message));`;
    const command = `${process.execPath} --input-type=module --eval '${program.replaceAll("'", "'\\''")}'`;
    for (const [keys, outcome] of [
      ["y", /went on/],
      ["n", /8 nothing was changed/],
    ] as const) {
      const result = await runProcess(
        "sh",
        ["-c", `printf '${keys}\\n' | script --quiet --return --command "$COMMAND" /dev/null`],
        { env: { ...process.env, COMMAND: command, SHELL: "/bin/sh" }, timeoutMs: 30_000 },
      );
      if (/not found/.test(result.stderr)) return t.skip("there is no script(1)");
      assert.match(result.stdout, outcome);
    }
  });
});
