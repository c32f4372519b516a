#!/usr/bin/env node
// Starts the command under Node 24, which runs TypeScript as it stands. This file is plain JavaScript so
// that an older Node can read it: it looks for the Node that `npm ci` brought and hands over to it.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const needed = 24;

if (Number(process.versions.node.split(".")[0]) >= needed) {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
  if (existsSync(node)) {
    const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
    const ended = spawnSync(node, args, { stdio: "inherit", shell: process.platform === "win32" });
    process.exitCode = ended.status ?? 255;
  } else {
    process.stderr.write(
      `keyturn needs Node ${needed} or later; this is ${process.version} and there is no other one in ${node}.\n` +
        "Run `npm ci` in the checkout, or install Node 24.\n",
    );
    process.exitCode = 255;
  }
}
