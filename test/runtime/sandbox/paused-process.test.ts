import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { mergedEnvironment } from "../../../sandbox/host/environment.ts";
import { startWorld } from "./world.ts";

const program = fileURLToPath(new URL("./paused-program.ts", import.meta.url));

test("a process that was stopped across a rotation goes on with the new secret", async (t) => {
  await using world = await startWorld();
  const { trusted, credential } = world;
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
  const ask = async () => {
    child.stdin.write("token\n");
    return (await lines.next()).value;
  };
  assert.equal(await ask(), "ok with generation 1");
  child.kill("SIGSTOP");
  await credential.rotate();
  await credential.retire();
  child.kill("SIGCONT");
  assert.equal(await ask(), "ok with generation 2");
  child.stdin.end();
  const [code] = await once(child, "exit");
  assert.equal(code, 0);
});
