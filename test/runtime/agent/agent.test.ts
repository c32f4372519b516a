import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { runAgent } from "../../../runtime/src/agent/agent.ts";
import type { AgentHost } from "../../../runtime/src/agent/host.ts";
import { writeSecretFile } from "../../../runtime/src/agent/write-secret-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

interface Agent {
  readonly folder: string;
  readonly time: VirtualTime;
  /** Where the agent's source is. */
  readonly source: string;
  out: string;
  err: string;
  signal(name: NodeJS.Signals): void;
  run(...args: string[]): Promise<number>;
}

function agent(t: TestContext): Agent {
  const folder = temporaryFolder(t);
  const time = new VirtualTime();
  const handlers = new Map<NodeJS.Signals, Set<() => void>>();
  const own: Agent = {
    folder,
    time,
    source: join(folder, "source"),
    out: "",
    err: "",
    signal: (name) => {
      for (const handler of handlers.get(name) ?? []) handler();
    },
    run: async (...args) => {
      const host: AgentHost = {
        environment: process.env,
        clock: time,
        random: () => 0.5,
        writeOut: (text) => {
          own.out += text;
        },
        writeErr: (text) => {
          own.err += text;
        },
        onSignal: (name, handler) => {
          handlers.set(name, (handlers.get(name) ?? new Set()).add(handler));
          return () => handlers.get(name)?.delete(handler);
        },
      };
      const code = await runAgent(args, "1.2.3", host);
      assert.equal(time.timers, 0, "a timer was left behind");
      assert.ok(
        [...handlers.values()].every(({ size }) => size === 0),
        "a handler was left behind",
      );
      assert.ok(!/value-\d/.test(own.out + own.err), "a secret was told");
      return code;
    },
  };
  return own;
}

/** Resolves when the file has the content. */
function fileWith(path: string, content: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (existsSync(path) && readFileSync(path, "utf8") === content) {
        watcher.close();
        resolve();
      }
    };
    const watcher = watch(dirname(path), look);
    look();
  });
}

/** Writes what it gets to a file; ends on SIGTERM after saying so, and ignores it if told to. */
const program = (report: string, ignoresTerm = false) => [
  process.execPath,
  "-e",
  `
    const { writeFileSync } = require("node:fs");
    const report = (text) => writeFileSync(${JSON.stringify(report)}, text);
    process.on("SIGTERM", () => { ${ignoresTerm ? "report('ignored')" : "process.exit(7)"} });
    process.on("SIGUSR2", () => report("signalled"));
    setInterval(() => {}, 1e9);
    report(process.env.CLIENT_SECRET);
  `,
];

test("file keeps a file, follows changes, and ends when told to", async (t) => {
  const own = agent(t);
  const path = join(own.folder, "kept");
  writeFileSync(own.source, "value-1\n");
  const ended = own.run("file", "--source-file", own.source, "--path", path);
  await fileWith(path, "value-1");
  await writeSecretFile(own.source, "value-2", 0o600);
  await fileWith(path, "value-2");
  own.signal("SIGTERM");
  assert.equal(await ended, 0);
  assert.match(own.err, /keyturn-agent: wrote .*kept: version file-2/);
});

test("file --once writes and ends", async (t) => {
  const own = agent(t);
  const path = join(own.folder, "kept");
  writeFileSync(own.source, "value-1");
  assert.equal(await own.run("file", "--source-file", own.source, "--path", path, "--once", "--json"), 0);
  assert.equal(readFileSync(path, "utf8"), "value-1");
  const [line] = own.err.trim().split("\n");
  const { event, version } = JSON.parse(line ?? "");
  assert.deepEqual([event, version], ["file-written", "file-1"]);
});

test("file tries again until the file can be written", async (t) => {
  const own = agent(t);
  const path = join(own.folder, "later", "kept");
  writeFileSync(own.source, "value-1");
  const ended = own.run("file", "--source-file", own.source, "--path", path);
  while (!own.err.includes("ENOENT")) await own.time.settle();
  mkdirSync(dirname(path));
  await own.time.advance(1_000);
  await fileWith(path, "value-1");
  own.signal("SIGINT");
  assert.equal(await ended, 0);
});

test("ends with a code of its own for each kind of trouble", async (t) => {
  const own = agent(t);
  const path = join(own.folder, "kept");
  assert.equal(await own.run("file"), 2);
  assert.match(own.err, /--path is missing[\s\S]*--help shows what is allowed/);
  assert.equal(await own.run("file", "--source-file", own.source, "--path", path), 4);
  writeFileSync(own.source, "value-1");
  assert.equal(
    await own.run("file", "--source-file", own.source, "--path", join(own.folder, "no", "kept"), "--once"),
    1,
  );
  assert.equal(
    await own.run("exec", "--source-file", own.source, "--env", "A", "--", join(own.folder, "missing")),
    127,
  );
  assert.equal(await own.run("exec", "--source-file", own.source, "--env", "A", "--", own.source), 126);
});

test("shows help and version on standard output", async (t) => {
  const own = agent(t);
  assert.equal(await own.run("--help"), 0);
  assert.match(own.out, /^Usage: keyturn-agent file/);
  own.out = "";
  assert.equal(await own.run("--version"), 0);
  assert.equal(own.out, "1.2.3\n");
});

test("exec restarts the program with a new secret, and passes its end on", async (t) => {
  const own = agent(t);
  const report = join(own.folder, "report");
  writeFileSync(own.source, "value-1");
  const ended = own.run(
    "exec",
    "--source-file",
    own.source,
    "--env",
    "CLIENT_SECRET",
    "--",
    ...program(report),
  );
  await fileWith(report, "value-1");
  await writeSecretFile(own.source, "value-2", 0o600);
  await fileWith(report, "value-2");
  own.signal("SIGTERM");
  assert.equal(await ended, 7);
  assert.match(own.err, /restarting the program/);
});

test("exec kills a program that does not end in time", async (t) => {
  const own = agent(t);
  const report = join(own.folder, "report");
  writeFileSync(own.source, "value-1");
  const ended = own.run(
    "exec",
    "--source-file",
    own.source,
    "--env",
    "CLIENT_SECRET",
    "--",
    ...program(report, true),
  );
  await fileWith(report, "value-1");
  await writeSecretFile(own.source, "value-2", 0o600);
  await fileWith(report, "ignored");
  await own.time.advance(20_000);
  // Another change does not give it more time.
  await writeSecretFile(own.source, "value-3", 0o600);
  await own.time.advance(10_000);
  await fileWith(report, "value-3");
  own.signal("SIGTERM");
  await fileWith(report, "ignored");
  await own.time.advance(30_000);
  assert.equal(await ended, 128 + 9);
});

test("exec does not start the program again when it is to end during a restart", async (t) => {
  const own = agent(t);
  const report = join(own.folder, "report");
  writeFileSync(own.source, "value-1");
  const ended = own.run(
    "exec",
    "--source-file",
    own.source,
    "--env",
    "CLIENT_SECRET",
    "--",
    ...program(report, true),
  );
  await fileWith(report, "value-1");
  await writeSecretFile(own.source, "value-2", 0o600);
  await fileWith(report, "ignored");
  own.signal("SIGTERM");
  await own.time.advance(30_000);
  assert.equal(await ended, 128 + 9);
  assert.notEqual(readFileSync(report, "utf8"), "value-2");
});

test("exec signals the program after the file is written", async (t) => {
  const own = agent(t);
  const report = join(own.folder, "report");
  const path = join(own.folder, "kept");
  writeFileSync(own.source, "value-1");
  const ended = own.run(
    "exec",
    "--source-file",
    own.source,
    "--env",
    "CLIENT_SECRET",
    "--path",
    path,
    "--on-rotation",
    "signal",
    "--signal",
    "SIGUSR2",
    "--",
    ...program(report),
  );
  await fileWith(report, "value-1");
  await writeSecretFile(own.source, "value-2", 0o600);
  await fileWith(report, "signalled");
  assert.equal(readFileSync(path, "utf8"), "value-2");
  own.signal("SIGTERM");
  assert.equal(await ended, 7);
});

test("exec ends with the program, and with its code", async (t) => {
  const own = agent(t);
  writeFileSync(own.source, "value-1");
  const run = (script: string) =>
    own.run("exec", "--source-file", own.source, "--env", "A", "--", process.execPath, "-e", script);
  assert.equal(await run("process.exit(3)"), 3);
  assert.equal(await run("process.kill(process.pid, 'SIGKILL')"), 137);
});
