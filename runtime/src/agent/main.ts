#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { systemClock } from "../clock.ts";
import { runAgent } from "./agent.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};
// Keeps the process alive: all timers of reads in the background do not.
const alive = setInterval(() => {}, 2 ** 30);
process.exitCode = await runAgent(process.argv.slice(2), version, {
  environment: process.env,
  clock: systemClock,
  random: Math.random,
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
  onSignal: (signal, handler) => {
    process.on(signal, handler);
    return () => process.off(signal, handler);
  },
});
clearInterval(alive);
