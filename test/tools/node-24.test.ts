import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runProcess } from "../../tools/run-process.ts";

const launcher = fileURLToPath(new URL("../../tools/node.js", import.meta.url));
const options = { env: process.env, timeoutMs: 60_000 };

/**
 * Runs the launcher as a Node of another version would: `process.versions.node` is what it asks.
 * Node lets no one write it, so a module that is loaded first puts another object in its place.
 */
const asNode20 = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.9.0" } });',
)}`;

test("an old Node hands over to the one that came with the dependencies", async () => {
  const script = "console.log(process.versions.node, process.argv[1]); process.exitCode = 7";
  const ended = await runProcess(
    process.execPath,
    ["--import", asNode20, launcher, "-e", script, "x y"],
    options,
  );
  assert.match(ended.stdout, /^24\.\d+\.\d+ x y$/, ended.stderr);
  assert.equal(ended.exitCode, 7);
});

test("signals reach the Node that was handed over to, and how it ended is told", async () => {
  const script = "process.kill(process.ppid, 'SIGTERM'); setInterval(() => {}, 1e6)";
  const ended = await runProcess(process.execPath, ["--import", asNode20, launcher, "-e", script], options);
  assert.equal(ended.exitCode, 128 + 15);
});

test("without any Node that is new enough, it says what to do", async () => {
  const elsewhere = `data:text/javascript,${encodeURIComponent(
    'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.9.0" } });' +
      'Object.defineProperty(process, "arch", { value: "s390x" });',
  )}`;
  const ended = await runProcess(process.execPath, ["--import", elsewhere, launcher, "-e", ""], options);
  assert.equal(ended.exitCode, 255);
  assert.match(ended.stderr, /needs Node 24 or later/);
  assert.match(ended.stderr, /https:\/\/nodejs\.org/);
});
