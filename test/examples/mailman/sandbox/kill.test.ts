import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Outbox } from "../../../../examples/mailman/src/outbox.ts";
import { exchangeOnline } from "../../../../sandbox/entra/well-known/exchange-online.ts";
import { mergedEnvironment } from "../../../../sandbox/host/environment.ts";
import { startWorld, type World } from "../../../runtime/sandbox/world.ts";
import { addUser, grantRole } from "../../../support/directory.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const main = fileURLToPath(new URL("../../../../examples/mailman/src/main.ts", import.meta.url));
const customers = ["ann", "bob", "cy"];

interface Setting {
  outboxPath: string;
  start(): ChildProcess;
  run(args: string[], input: string): Promise<{ code: number; out: string; err: string }>;
  /** Resolves when that many messages, repetitions included, have arrived. */
  arrived(count: number): Promise<void>;
}

async function setUp(t: TestContext, world: World): Promise<Setting> {
  const { trusted, credential } = world;
  const { directory, sandbox, origin, tenantId } = trusted;
  const { principalId, clientId } = credential.application;
  await grantRole(directory, { principalId, resourceAppId: exchangeOnline.appId, role: "SMTP.SendAsApp" });
  for (const name of customers) await addUser(directory, name);
  const folder = temporaryFolder(t);
  const outboxPath = join(folder, "outbox.db");
  const settingsPath = join(folder, "settings.json");
  writeFileSync(
    settingsPath,
    JSON.stringify({
      outbox: outboxPath,
      application: { clientId, tenantId, authorityHost: origin },
      secret: { vaultUrl: trusted.vaultUrl(credential.vaultName), name: credential.name },
      smtp: { host: "localhost", port: sandbox.ports.smtp },
      customers: customers.map((id) => ({
        id,
        mailbox: `${id}@sandbox.onmicrosoft.com`,
        way: "smtp",
        signIn: { as: "application", tenantId },
      })),
    }),
  );
  const { NODE_TEST_CONTEXT: _, ...base } = process.env;
  const env = {
    ...mergedEnvironment(base, sandbox.env),
    AZURE_CLIENT_ID: credential.reader.clientId,
    AZURE_CLIENT_SECRET: credential.reader.secret,
  };
  const spawnMailman = (command: string) => {
    const child = spawn(process.execPath, [main, command, settingsPath], { env, stdio: "pipe" });
    t.after(() => child.kill("SIGKILL"));
    return child;
  };
  return {
    outboxPath,
    start: () => spawnMailman("serve"),
    run: async ([command = ""], input) => {
      const child = spawnMailman(command);
      child.stdin.end(input);
      let out = "";
      let err = "";
      child.stdout.on("data", (chunk) => {
        out += chunk;
      });
      child.stderr.on("data", (chunk) => {
        err += chunk;
      });
      const [code] = await once(child, "close");
      return { code, out, err };
    },
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (sandbox.store.state.mail.messages.length >= count) {
            stop();
            resolve();
          }
        };
        const stop = sandbox.store.onChange(look);
        look();
      }),
  };
}

test("kill -9 at any moment loses no accepted message", async (t) => {
  await using world = await startWorld();
  const setting = await setUp(t, world);
  const messages = () => world.trusted.sandbox.store.state.mail.messages;
  const outbox = new Outbox(setting.outboxPath);
  t.after(() => outbox.close());
  const total = 120;
  for (let number = 1; number <= total; number++) {
    const customer = customers[number % customers.length] ?? "";
    outbox.accept(
      { messageId: `<${number}@crm.test>`, customer, to: ["x@contoso.test"], subject: String(number) },
      world.time.nowMs(),
    );
  }
  const kills = 4;
  for (let kill = 1; kill <= kills; kill++) {
    const child = setting.start();
    await setting.arrived(kill * 15);
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const last = setting.start();
  const errors = createInterface({ input: last.stderr ?? assert.fail() });
  errors.on("line", () => {});
  const everything = () =>
    new Set(messages().map(({ internetMessageId }) => internetMessageId)).size === total;
  for (let count = messages().length; !everything(); count++) await setting.arrived(count + 1);
  last.kill("SIGTERM");
  const [code] = await once(last, "exit");
  assert.equal(code, 0);
  const twice = messages().length - total;
  // What was between the mail service's answer and the disk when it was killed: one message of each customer.
  assert.ok(twice <= kills * customers.length, `${twice} sent twice`);
  for (const customer of customers) {
    const numbers = messages()
      .filter(({ from }) => from.startsWith(customer))
      .map(({ subject }) => Number(subject));
    const distinct = [...new Set(numbers)];
    assert.deepEqual(
      distinct,
      distinct.toSorted((one, other) => one - other),
      "out of order",
    );
  }
  assert.deepEqual(outbox.counts(0), { queued: 0, sending: 0, sent: total, failed: 0, oldestUnsentAgeMs: 0 });
  t.diagnostic(`${kills} kills, ${total} messages, none lost, ${twice} sent twice`);
});

test("takes messages from standard input, shows its state, and says what is wrong with its settings", async (t) => {
  await using world = await startWorld();
  const setting = await setUp(t, world);
  const line = JSON.stringify({ messageId: "<1@crm.test>", customer: "ann", to: ["x@contoso.test"] });
  const accepted = await setting.run(["accept"], `${line}\n${line}\n{"customer":""}\n`);
  assert.equal(accepted.code, 1);
  assert.equal(accepted.out, "accepted\nknown\n");
  assert.match(accepted.err, /line 3: .*messageId.*customer.*to/);
  assert.match((await setting.run(["status"], "")).out, /"queued":1/);
  const usage = await setting.run(["nonsense"], "");
  assert.equal(usage.code, 2);
  assert.match(usage.err, /^Usage: mailman serve/);
  const path = join(temporaryFolder(t), "settings.json");
  writeFileSync(path, '{"outbox": "", "customers": 5}');
  const child = spawn(process.execPath, [main, "serve", path], { stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  await once(child, "close");
  assert.equal(child.exitCode, 2);
  for (const name of ["outbox", "application", "secret", "customers"])
    assert.match(err, new RegExp(`^ {2}${name}`, "m"));
});
