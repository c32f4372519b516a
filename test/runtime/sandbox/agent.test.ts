import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mergedEnvironment } from "../../../sandbox/host/environment.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { startWorld, type World } from "./world.ts";

const main = fileURLToPath(new URL("../../../runtime/src/agent/main.ts", import.meta.url));

/** Starts `keyturn-agent` with the identity of the service. */
function agent(
  t: TestContext,
  { trusted, credential }: World,
  args: string[],
  reader = credential.reader,
): {
  child: ChildProcess;
  events: AsyncIterator<string>;
  /** What the program that the agent runs says, line by line. */
  said: AsyncIterator<string>;
  exit: Promise<unknown[]>;
} {
  const { NODE_TEST_CONTEXT: _, ...base } = process.env;
  const [command = "", ...rest] = args;
  const child = spawn(
    process.execPath,
    [
      main,
      command,
      "--vault-url",
      trusted.vaultUrl("sell-kv"),
      "--secret",
      credential.name,
      "--json",
      ...rest,
    ],
    {
      env: {
        ...mergedEnvironment(base, trusted.sandbox.env),
        AZURE_CLIENT_ID: reader.clientId,
        AZURE_CLIENT_SECRET: reader.secret,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  t.after(() => child.kill("SIGKILL"));
  const exit = once(child, "exit");
  const linesOf = (input: Readable) => createInterface({ input })[Symbol.asyncIterator]();
  return { child, exit, events: linesOf(child.stderr), said: linesOf(child.stdout) };
}

/** The next event of a kind; whatever else is told meanwhile holds no secret. */
async function next(events: AsyncIterator<string>, kind: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { value, done } = await events.next();
    assert.ok(!done, `the agent ended without ${kind}`);
    const event = value.startsWith("{") ? JSON.parse(value) : {};
    if (event.event === kind) return event;
  }
}

test("keyturn-agent keeps a file from Key Vault, and reads again on SIGHUP", async (t) => {
  await using world = await startWorld();
  const path = join(temporaryFolder(t), "secret");
  const { child, events, exit } = agent(t, world, ["file", "--path", path]);
  assert.equal((await next(events, "file-written")).generation, 1);
  const first = readFileSync(path, "utf8");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await world.credential.rotate();
  child.kill("SIGHUP");
  assert.equal((await next(events, "file-written")).generation, 2);
  assert.notEqual(readFileSync(path, "utf8"), first);
  child.kill("SIGTERM");
  assert.deepEqual(await exit, [0, null]);
});

test("keyturn-agent says with which right it would get on", async (t) => {
  await using world = await startWorld();
  const stranger = world.credential.application;
  await world.credential.rotate();
  const { events, exit } = agent(t, world, ["file", "--path", "/dev/null/no", "--once"], {
    ...stranger,
    secret: await world.credential.value(),
  });
  assert.match(String((await next(events, "no-secret")).message), /Key Vault Secrets User/);
  assert.deepEqual(await exit, [3, null]);
});

const digest = (value: string) => createHash("sha256").update(value).digest("hex");

/** Says a digest of the secret that it sees, at the start or when it is told to look again. */
const sayDigest = "console.log(require('node:crypto').createHash('sha256').update(value).digest('hex'));";

test("keyturn-agent restarts a program with the new secret", async (t) => {
  await using world = await startWorld();
  const program = `const value = process.env.CLIENT_SECRET; ${sayDigest} setInterval(() => {}, 60_000);`;
  const args = ["exec", "--env", "CLIENT_SECRET", "--", process.execPath, "-e", program];
  const { child, events, said, exit } = agent(t, world, args);
  assert.equal((await said.next()).value, digest(await world.credential.value()));
  await world.credential.rotate();
  child.kill("SIGHUP");
  assert.match(String((await next(events, "program-restarting")).message), /generation 2/);
  assert.equal((await said.next()).value, digest(await world.credential.value()));
  child.kill("SIGTERM");
  assert.deepEqual(await exit, [128 + 15, null]);
});

test("keyturn-agent signals a program that reads the file again", async (t) => {
  await using world = await startWorld();
  const path = join(temporaryFolder(t), "secret");
  const program = `
    const read = () => { const value = require("node:fs").readFileSync(${JSON.stringify(path)}, "utf8"); ${sayDigest} };
    process.on("SIGUSR2", () => { read(); process.exit(0); });
    setInterval(() => {}, 60_000);
    read();`;
  const options = [
    "--env",
    "CLIENT_SECRET",
    "--on-rotation",
    "signal",
    "--signal",
    "SIGUSR2",
    "--path",
    path,
  ];
  const { child, said, exit } = agent(t, world, ["exec", ...options, "--", process.execPath, "-e", program]);
  assert.equal((await said.next()).value, digest(await world.credential.value()));
  await world.credential.rotate();
  child.kill("SIGHUP");
  assert.equal((await said.next()).value, digest(await world.credential.value()));
  assert.deepEqual(await exit, [0, null]);
});
