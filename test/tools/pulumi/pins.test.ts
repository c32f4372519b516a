import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import {
  cliPackage,
  cliVersion,
  goModules,
  goVersion,
  languageHostPackage,
  languageHostVersion,
} from "../../../tools/pulumi/pins.ts";

const modFile = (folder: string) =>
  readFileSync(join(folder, "go.mod"), "utf8")
    .split("\n")
    .map((line) => line.trim());
const hashes = (folder: string) => readFileSync(join(folder, "go.sum"), "utf8");

test("the CLI has the version of the SDK", () => {
  const { version } = createRequire(import.meta.url)("@pulumi/pulumi/package.json");
  assert.equal(cliVersion, version);
});

test("the Go modules build what the pins say, each with its hash", () => {
  const cli = modFile(goModules.cli);
  assert.ok(cli.includes(`go ${goVersion}`));
  assert.ok(cli.includes(`tool ${cliPackage}`));
  assert.ok(cli.includes(`github.com/pulumi/pulumi/pkg/v3 v${cliVersion} // indirect`));
  assert.match(hashes(goModules.cli), new RegExp(`^github.com/pulumi/pulumi/pkg/v3 v${cliVersion} h1:`, "m"));
  const host = modFile(goModules.languageHost);
  assert.ok(host.includes(`tool ${languageHostPackage}`));
  assert.ok(host.includes(`github.com/pulumi/pulumi/sdk/v3 v${languageHostVersion} // indirect`));
  assert.match(
    hashes(goModules.languageHost),
    new RegExp(`^github.com/pulumi/pulumi/sdk/v3 v${languageHostVersion} h1:`, "m"),
  );
});
