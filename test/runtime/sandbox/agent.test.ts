import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
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
): { child: ChildProcess; events: AsyncIterator<string>; exit: Promise<unknown[]> } {
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
      stdio: ["ignore", "inherit", "pipe"],
    },
  );
  t.after(() => child.kill("SIGKILL"));
  const exit = once(child, "exit");
  return { child, exit, events: createInterface({ input: child.stderr })[Symbol.asyncIterator]() };
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
