import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mergedEnvironment } from "../../../sandbox/host/environment.ts";
import { startWorld, type World } from "./world.ts";

const program = fileURLToPath(new URL("./paused-program.ts", import.meta.url));

interface Service {
  child: ChildProcess;
  /** Has it get a new token; resolves with what it says of that. */
  ask(): Promise<string | undefined>;
  /** Lets it end by itself. */
  end(): Promise<void>;
}

function start(t: TestContext, { trusted, credential }: World): Service {
  const { NODE_TEST_CONTEXT: _, ...base } = process.env;
  const child = spawn(process.execPath, [program], {
    env: {
      ...mergedEnvironment(base, trusted.sandbox.env),
      VAULT_URL: trusted.vaultUrl(credential.vaultName),
      SECRET_NAME: credential.name,
      CLIENT_ID: credential.application.clientId,
      AZURE_CLIENT_ID: credential.reader.clientId,
      AZURE_CLIENT_SECRET: credential.reader.secret,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    ask: async () => {
      child.stdin.write("token\n");
      return (await lines.next()).value;
    },
    end: async () => {
      child.stdin.end();
      const [code] = await once(child, "exit");
      assert.equal(code, 0);
    },
  };
}

/** The secret is replaced, and the one before removed. */
async function rotate({ credential }: World): Promise<void> {
  await credential.rotate();
  await credential.retire();
}

test("a process that was stopped across a rotation goes on with the new secret", async (t) => {
  await using world = await startWorld();
  const { child, ask, end } = start(t, world);
  assert.equal(await ask(), "ok with generation 1");
  child.kill("SIGSTOP");
  await rotate(world);
  child.kill("SIGCONT");
  assert.equal(await ask(), "ok with generation 2");
  await end();
});

for (const [name, effect, generation] of [
  ["answered before the rotation", { kind: "hang", after: true }, 1],
  ["refused after it", { kind: "hang" }, 2],
] as const) {
  test(`so does one that was stopped with a token request under way that is ${name}`, async (t) => {
    await using world = await startWorld();
    const { sandbox } = world.trusted;
    const { child, ask, end } = start(t, world);
    assert.equal(await ask(), "ok with generation 1");
    await sandbox.faults.add({ match: { operation: "login.token" }, times: 1, effect });
    const { promise: isUnderWay, resolve } = Promise.withResolvers<void>();
    const stopWatching = sandbox.store.onChange(() => sandbox.faults.fired().length > 0 && resolve());
    const answer = ask();
    await isUnderWay;
    stopWatching();
    child.kill("SIGSTOP");
    await rotate(world);
    await sandbox.faults.clear(); // The answer is written while nobody reads it.
    const requests = world.counter("login.token");
    child.kill("SIGCONT");
    assert.equal(await answer, `ok with generation ${generation}`);
    assert.equal(await ask(), "ok with generation 2");
    assert.ok(requests() <= 3, `${requests()} requests`);
    await end();
  });
}
