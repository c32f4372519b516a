import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { testStack, writeProgram } from "./engine.ts";
import { processGone } from "./process-gone.ts";

const greeting = `
import { Config } from "@pulumi/pulumi/config.js";
const config: Config = new Config("test");
export const said = config.require("greeting") + " from Node " + process.versions.node.split(".")[0];
export const token = config.requireSecret("token");
export const cloud = [process.env.AZURE_CLIENT_SECRET, process.env.ATTACHED];
`;

test("runs a TypeScript program with the real engine, through the Automation API and through the CLI", async (t) => {
  const program = writeProgram(t, greeting);
  writeFileSync(
    join(program, "Pulumi.dev.yaml"),
    "encryptionsalt: v1:of:another\nconfig:\n  test:greeting: Hello\n",
  );
  const before = readdirSync(program);
  process.env.AZURE_CLIENT_SECRET = "of the developer";
  t.after(() => delete process.env.AZURE_CLIENT_SECRET);
  const { stack, run, checkpoint } = await testStack(t, {
    program,
    env: { ATTACHED: "yes" },
    config: { "test:token": { value: "s3cret", secret: true } },
  });
  const up = await stack.up();
  assert.equal(up.summary.result, "succeeded");
  assert.deepEqual(up.outputs.said, { value: "Hello from Node 24", secret: false });
  assert.deepEqual(up.outputs.cloud?.value, ["", "yes"]);
  assert.deepEqual(up.outputs.token, { value: "s3cret", secret: true });
  const again = await run(["preview", "--expect-no-changes"]);
  assert.equal(again.exitCode, 0, again.stderr);
  assert.ok(!(await checkpoint()).includes("s3cret"));
  assert.deepEqual(readdirSync(program), before);
  assert.match(readFileSync(join(program, "Pulumi.dev.yaml"), "utf8"), /^encryptionsalt: v1:of:another$/m);
});

test("an abort kills the engine, its language host and the program", async (t) => {
  const program = writeProgram(
    t,
    `import { writeFileSync } from "node:fs";
writeFileSync("pids.json.new", JSON.stringify([process.pid, process.ppid]));
(await import("node:fs")).renameSync("pids.json.new", "pids.json");
await new Promise((resolve) => setTimeout(resolve, 600_000));
`,
  );
  const { run } = await testStack(t, { program });
  const kill = new AbortController();
  const running = run(["up", "--yes", "--skip-preview"], { signal: kill.signal });
  const pids = join(program, "pids.json");
  while (!existsSync(pids)) await sleep(10);
  kill.abort();
  assert.equal((await running).signal, "SIGKILL");
  for (const pid of JSON.parse(readFileSync(pids, "utf8"))) await processGone(pid);
});
