import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cliVersion } from "../../../tools/pulumi/pins.ts";
import { writeFakeExecutable } from "../../support/fake-executable.ts";

/** A machine of its own in a folder: an empty PATH, an empty cache, and what is put on that PATH. */
export class FakeMachine {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cache: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.path = join(folder, "path");
    this.cache = join(folder, "cache");
    mkdirSync(this.path);
    this.env = { PATH: this.path, KEYTURN_CACHE: this.cache, HOME: folder };
  }

  /** Puts a `pulumi` on PATH that says this version. */
  installPulumi(versionText: string): void {
    writeFakeExecutable(this.path, "pulumi", `console.log(${JSON.stringify(versionText)})`);
  }

  installLanguageHost(): void {
    writeFakeExecutable(this.path, "pulumi-language-nodejs", "");
  }

  /**
   * Puts a `go` on PATH that says `version` and "builds" programs that print the CLI's version. Each build
   * is noted; it goes on only when `letBuildsEnd` was called.
   */
  installGo(version: string, built = `console.log("v${cliVersion}")`): void {
    writeFakeExecutable(
      this.path,
      "go",
      `
const fs = require("node:fs");
const args = process.argv.slice(2);
if (args[0] === "env") {
  console.log(${JSON.stringify(version)});
} else {
  fs.appendFileSync(${JSON.stringify(this.#builds)}, JSON.stringify({ pid: process.pid, args, cwd: process.cwd(),
    env: { CGO_ENABLED: process.env.CGO_ENABLED, GOOS: process.env.GOOS } }) + "\\n");
  console.error("go: downloading example.com/module v1.0.0");
  const out = args[args.indexOf("-o") + 1];
  const go = () => {
    if (!fs.existsSync(${JSON.stringify(this.#gate)})) return setTimeout(go, 5);
    fs.writeFileSync(out, "#!${process.execPath}\\n" + ${JSON.stringify(built)}, { mode: 0o755 });
  };
  go();
}`,
    );
  }

  letBuildsEnd(): void {
    writeFileSync(this.#gate, "");
  }

  /** Every build so far. */
  builds(): { pid: number; args: string[]; cwd: string; env: Record<string, string | undefined> }[] {
    if (!existsSync(this.#builds)) return [];
    // What stands after the last line end is still being written.
    const lines = readFileSync(this.#builds, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }

  get #builds(): string {
    return join(this.#folder, "builds");
  }

  get #gate(): string {
    return join(this.#folder, "builds-may-end");
  }
}
