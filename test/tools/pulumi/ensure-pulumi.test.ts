import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CommandError } from "../../../cli/exit-codes.ts";
import type { Progress } from "../../../tools/progress.ts";
import { ensurePulumi } from "../../../tools/pulumi/ensure-pulumi.ts";
import { cliVersion, goModules, goVersion } from "../../../tools/pulumi/pins.ts";
import { writeFakeExecutable } from "../../support/fake-executable.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { FakeMachine } from "./fake-machine.ts";

const noDownload = async () => {
  throw new Error("no route to the download");
};
const quiet = () => {};
const binFolder = (machine: FakeMachine) =>
  join(machine.cache, "pulumi", `${cliVersion}-${process.platform}-${process.arch}`, "bin");
/** What the cache holds, apart from the lock: its empty file stays, because removing it would race with a waiter. */
const cached = (machine: FakeMachine) =>
  readdirSync(join(machine.cache, "pulumi")).filter((name) => !name.endsWith(".lock"));

test("takes the CLI on PATH if it is new enough, and makes nothing", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installPulumi("v3.260.4");
  machine.installLanguageHost();
  const found = await ensurePulumi({ env: machine.env, onProgress: quiet, download: noDownload });
  assert.deepEqual(found, { folder: machine.path, version: "3.260.4", source: "path" });
  assert.ok(!existsSync(machine.cache));
});

test("passes over an old CLI on PATH, downloads, and takes the cached one from then on", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installPulumi("v3.100.0");
  machine.installLanguageHost();
  let downloads = 0;
  const download = async (root: string) => {
    downloads += 1;
    writeFakeExecutable(join(root, "bin"), "pulumi", `console.log("v${cliVersion}")`);
    writeFakeExecutable(join(root, "bin"), "pulumi-language-nodejs", "");
  };
  const expected = { folder: binFolder(machine), version: cliVersion, source: "download" };
  for (let run = 0; run < 2; run += 1) {
    assert.deepEqual(await ensurePulumi({ env: machine.env, onProgress: quiet, download }), expected);
  }
  assert.equal(downloads, 1);
});

test("does not ask the cached CLI for its version again when it is the one on PATH", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  const download = async (root: string) => {
    writeFakeExecutable(join(root, "bin"), "pulumi", `console.log("v${cliVersion}")`);
    writeFakeExecutable(join(root, "bin"), "pulumi-language-nodejs", "");
  };
  const { folder } = await ensurePulumi({ env: machine.env, onProgress: quiet, download });
  writeFakeExecutable(folder, "pulumi", "process.exit(1)");
  assert.deepEqual(
    await ensurePulumi({ env: { ...machine.env, PATH: folder }, onProgress: quiet, download: noDownload }),
    { folder, version: cliVersion, source: "path" },
  );
});

test("builds both programs with Go from the pinned modules when nothing can be downloaded", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo(`go${goVersion}`);
  machine.letBuildsEnd();
  const told: Progress[] = [];
  const made = await ensurePulumi({
    env: { ...machine.env, GOOS: "plan9" },
    onProgress: (progress) => told.push(progress),
    download: noDownload,
  });
  assert.deepEqual(made, { folder: binFolder(machine), version: cliVersion, source: "build" });
  assert.deepEqual(readdirSync(made.folder).sort(), ["pulumi", "pulumi-language-nodejs"]);
  const [cli, host, ...more] = machine.builds();
  assert.ok(cli && host && more.length === 0);
  assert.equal(cli.cwd, goModules.cli);
  assert.ok(cli.args.includes("-mod=readonly"), "go.mod and go.sum decide what is built");
  assert.ok(cli.args.some((arg) => arg.includes(`version.Version=v${cliVersion}`)));
  assert.deepEqual(cli.env, { CGO_ENABLED: "0" }, "another system's GOOS is not taken over");
  assert.equal(host.cwd, goModules.languageHost);
  assert.ok(told.some(({ step, expectation }) => /Building the Pulumi CLI/.test(step) && expectation));
});

test("says what was tried, why each failed and what to install, and leaves nothing half-made", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo("go1.19.3");
  await assert.rejects(
    ensurePulumi({ env: machine.env, onProgress: quiet, download: noDownload }),
    (error: unknown) => {
      assert.ok(error instanceof CommandError);
      assert.match(error.message, /On PATH: no pulumi/);
      assert.match(error.message, /Official download: no route to the download/);
      assert.match(error.message, /path\/go is Go 1\.19\.3; Go 1\.\d+\.\d+ or later is needed/);
      assert.match(error.message, /https:\/\/go\.dev\/dl\//);
      return true;
    },
  );
  assert.deepEqual(cached(machine), []);
});

test("without Go the message says so", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  await assert.rejects(
    ensurePulumi({ env: machine.env, onProgress: quiet, download: noDownload }),
    /Build with Go: no go in the folders of PATH; Go 1\.\d+\.\d+ or later is needed/,
  );
});

test("a build that does not run, or says another version, is not cached", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo(`go${goVersion}`, 'console.log("v0.0.0")');
  machine.letBuildsEnd();
  await assert.rejects(
    ensurePulumi({ env: machine.env, onProgress: quiet, download: noDownload }),
    /Build with Go: `pulumi version` says "v0\.0\.0" instead of/,
  );
  assert.ok(!existsSync(binFolder(machine)));
});

test("a damaged cache is made again", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo(`go${goVersion}`);
  machine.letBuildsEnd();
  const options = { env: machine.env, onProgress: quiet, download: noDownload };
  const made = await ensurePulumi(options);
  writeFileSync(join(made.folder, "..", "origin.json"), '{"version":');
  assert.deepEqual(await ensurePulumi(options), made);
  rmSync(join(made.folder, "pulumi"));
  assert.deepEqual(await ensurePulumi(options), made);
  assert.equal(machine.builds().length, 6);
});

test("two processes at once build once, and the second says whom it waits for", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo(`go${goVersion}`);
  const first = startProcess(t, machine);
  await first.says(/Building the Pulumi CLI/);
  const second = startProcess(t, machine);
  await second.says(new RegExp(`Waiting for the Pulumi CLI that process ${first.child.pid} on `));
  machine.letBuildsEnd();
  assert.deepEqual(await second.answer(), await first.answer());
  assert.equal(machine.builds().length, 2, "one build of each program");
});

test("a process killed half-way is replaced by the next, and its leavings are removed", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo(`go${goVersion}`);
  const killed = startProcess(t, machine);
  await killed.says(/Building the Pulumi CLI/);
  while (machine.builds().length === 0) await sleep(5);
  killed.child.kill("SIGKILL");
  await once(killed.child, "close");
  const orphan = machine.builds()[0];
  assert.ok(orphan);
  process.kill(orphan.pid, "SIGKILL");
  machine.letBuildsEnd();
  const next = startProcess(t, machine);
  assert.deepEqual(await next.answer(), { folder: binFolder(machine), version: cliVersion, source: "build" });
  assert.deepEqual(cached(machine), [`${cliVersion}-${process.platform}-${process.arch}`]);
});

test("leavings in the cache do not stop anyone", async (t) => {
  const machine = new FakeMachine(temporaryFolder(t));
  machine.installGo(`go${goVersion}`);
  machine.letBuildsEnd();
  mkdirSync(binFolder(machine), { recursive: true });
  mkdirSync(`${join(binFolder(machine), "..")}.making-abc`);
  await ensurePulumi({ env: machine.env, onProgress: quiet, download: noDownload });
  assert.equal(cached(machine).length, 1);
});

const script = fileURLToPath(new URL("./ensure-in-a-process.ts", import.meta.url));

function startProcess(t: TestContext, machine: FakeMachine) {
  const child: ChildProcess = spawn(process.execPath, [script], { env: machine.env });
  const { stdout, stderr } = child;
  assert.ok(stdout && stderr);
  t.after(() => child.kill("SIGKILL"));
  const answer = text(stdout);
  const lines: string[] = [];
  const reader = createInterface({ input: stderr }).on("line", (line) => lines.push(line));
  return {
    child,
    /** Waits until it has written such a line to stderr. */
    async says(pattern: RegExp): Promise<void> {
      while (!lines.some((line) => pattern.test(line))) {
        if (child.exitCode !== null) assert.fail(`it ended without saying ${pattern}: ${lines.join("\n")}`);
        await Promise.race([once(reader, "line"), once(child, "close")]);
      }
    },
    async answer(): Promise<unknown> {
      const json = await answer;
      assert.notEqual(json, "", lines.join("\n"));
      return JSON.parse(json);
    },
  };
}
