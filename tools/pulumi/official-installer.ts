// Run as a process of its own by official-download.ts, because the installer that it calls has no time limit:
// node official-installer.ts <root folder> <version>
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { SemVer } from "semver";

const [root, version] = process.argv.slice(2);
if (root === undefined || version === undefined)
  throw new Error("usage: official-installer <root> <version>");
try {
  await PulumiCommand.install({ root, version: new SemVer(version) });
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
