import assert from "node:assert/strict";
import { test } from "node:test";
import { describeFailure, runProcess } from "../../tools/run-process.ts";
import { processGone } from "../support/process-gone.ts";

const node = (script: string, options: Partial<Parameters<typeof runProcess>[2]> = {}) =>
  runProcess(process.execPath, ["-e", script], { env: {}, timeoutMs: 60_000, ...options });

test("collects both streams and the exit code, and gives each line as it comes", async () => {
  const lines: string[] = [];
  const ended = await node("console.log('a\\nb'); console.error('c'); process.exitCode = 3", {
    onLine: (line, stream) => lines.push(`${stream} ${line}`),
  });
  assert.deepEqual(ended, { exitCode: 3, signal: null, stdout: "a\nb", stderr: "c", timedOut: false });
  assert.deepEqual(lines.sort(), ["stderr c", "stdout a", "stdout b"]);
});

test("a process that cannot be started is an error", async () => {
  await assert.rejects(runProcess("/no/such/program", [], { env: {}, timeoutMs: 1000 }), /ENOENT/);
});

/** Starts a grandchild in a process group of its own that would run for ever, says its id, and waits for ever too. */
const family = `
  const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "inherit", detached: true });
  console.log(child.pid);
  setInterval(() => {}, 1e6);`;

test("an abort also ends what the process started", async () => {
  const abort = new AbortController();
  const ended = await node(family, { signal: abort.signal, onLine: () => abort.abort() });
  assert.equal(ended.signal, "SIGKILL");
  assert.equal(ended.timedOut, false);
  await processGone(Number(ended.stdout));
});

test("a timeout ends the process, and says so", async () => {
  const ended = await node("setInterval(() => {}, 1e6)", { timeoutMs: 1 });
  assert.equal(ended.timedOut, true);
  assert.equal(ended.exitCode, null);
});

test("a process may be asked to stop before its time is over, and ends in order", {
  skip: process.platform === "win32",
}, async () => {
  const orderly =
    "process.on('SIGINT', () => { console.log('in order'); process.exit(7) }); setInterval(() => {}, 1e6); console.log('ready')";
  const ended = await node(orderly, { timeoutMs: 60_000, graceMs: 58_000 });
  assert.deepEqual(
    { ...ended, stderr: "" },
    { exitCode: 7, signal: null, stdout: "ready\nin order", stderr: "", timedOut: true },
  );
  const deaf = await node("process.on('SIGINT', () => {}); setInterval(() => {}, 1e6)", {
    timeoutMs: 300,
    graceMs: 250,
  });
  assert.equal(deaf.exitCode, null, "who does not listen is killed");
  assert.equal(deaf.timedOut, true);
});

test("a failure says how the process ended and its last lines", () => {
  const ended = { exitCode: 1, signal: null, stdout: "", stderr: "1\n2\n3\n4\n5\n6\n7", timedOut: false };
  assert.equal(describeFailure("go build", ended), "go build ended with code 1:\n2\n3\n4\n5\n6\n7");
  assert.equal(
    describeFailure("go build", { ...ended, exitCode: null, signal: "SIGKILL", stderr: "", timedOut: true }),
    "go build took too long",
  );
  assert.match(describeFailure("go build", { ...ended, stderr: "compile: signal: killed" }), /out of memory/);
});
