import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { main } from "../../cli/main.ts";
import { quietTerminal } from "../support/scripted-engine.ts";

it("the command tells its version, which is its package's", async () => {
  let said = "";
  const terminal = {
    ...quietTerminal(),
    out: (text: string) => {
      said += text;
    },
  };
  assert.equal(await main(["--version"], terminal), 0);
  const { version } = JSON.parse(readFileSync(new URL("../../cli/package.json", import.meta.url), "utf8"));
  assert.equal(said.trim(), version);
});
