#!/usr/bin/env node
// Starts the command under Node 24, which runs TypeScript as it stands. Plain JavaScript, so that an older
// Node can read it: it hands over to the one that `npm ci` brought.
import module from "node:module";
import { fileURLToPath } from "node:url";
import { findNode24, runNode24 } from "../tools/node-24.js";

if (findNode24() === process.execPath) {
  const { compileCacheFolder } = await import("../tools/cache-folder.ts");
  module.enableCompileCache(compileCacheFolder(process.env));
  const { mainOfProcess } = await import("./main.ts");
  process.exitCode = await mainOfProcess(process.argv.slice(2));
} else {
  runNode24([fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}
