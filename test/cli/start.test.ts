import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { fileURLToPath } from "node:url";
import { runProcess } from "../../tools/run-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Tells on standard error what is loaded. */
const TELL_LOADS = `
import { registerHooks } from "node:module";
import { writeSync } from "node:fs";
registerHooks({ load: (url, context, next) => { writeSync(2, url + "\\n"); return next(url, context); } });
`;

it("the command starts without what takes long to load: neither Pulumi's SDK nor Azure's sign-in", async (t) => {
  const hook = join(temporaryFolder(t), "tell-loads.mjs");
  writeFileSync(hook, TELL_LOADS);
  const command = fileURLToPath(new URL("../../cli/keyturn.js", import.meta.url));
  const { exitCode, stderr } = await runProcess(process.execPath, ["--import", hook, command, "--help"], {
    cwd: temporaryFolder(t),
    env: process.env,
    timeoutMs: 60_000,
  });
  assert.equal(exitCode, 0, stderr);
  const loaded = stderr.split("\n");
  assert.ok(loaded.some((url) => url.endsWith("/cli/main.ts")));
  assert.deepEqual(
    loaded.filter((url) => /\/node_modules\/(@pulumi|@azure\/(identity|msal-node))\//.test(url)),
    [],
  );
});
