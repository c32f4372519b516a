import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { revokeSignInSessions } from "../../../../sandbox/entra/sign-in-sessions.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { setUpMailman } from "./mailman-process.ts";

const line = (number: number, customer: string) =>
  `${JSON.stringify({ messageId: `<${number}@crm.test>`, customer, to: ["x@contoso.test"] })}\n`;

test("takes messages from standard input, shows its state, and says what is wrong with its settings", async (t) => {
  const setting = await setUpMailman(t);
  await using _world = setting.world;
  const input = `${line(1, "ann")}${line(1, "ann")}{"customer":""}\nno JSON\n${line(2, "dee")}`;
  const accepted = await setting.run(["accept"], input);
  assert.equal(accepted.code, 1);
  assert.equal(accepted.out, "accepted\nknown\n");
  assert.match(accepted.err, /line 3: .*messageId.*customer.*to/);
  assert.match(accepted.err, /line 4: no JSON/);
  assert.match(accepted.err, /line 5: customer: the settings know no customer "dee"/);
  assert.match((await setting.run(["status"])).out, /"queued":1/);
  const usage = await setting.run(["nonsense"]);
  assert.equal(usage.code, 2);
  assert.match(usage.err, /^Usage: mailman serve/);
});

test("says what is wrong with its outbox, and calls nothing accepted that is not", async (t) => {
  const setting = await setUpMailman(t);
  await using _world = setting.world;
  writeFileSync(setting.outboxPath, "this is no database, and never was one");
  const accepted = await setting.run(["accept"], line(1, "ann"));
  assert.deepEqual([accepted.code, accepted.out], [3, ""]);
  assert.match(accepted.err, /^The outbox cannot be used: file is not a database\n$/);
});

test("names every setting that cannot be used", async (t) => {
  const setting = await setUpMailman(t);
  await using _world = setting.world;
  const path = join(temporaryFolder(t), "settings.json");
  writeFileSync(path, '{"outbox": "", "redirectUri": "http://crm.test/connected", "customers": 5}');
  const served = await setting.runWith(path, ["serve"]);
  assert.equal(served.code, 2);
  for (const name of ["outbox", "application", "secret", "redirectUri", "customers"])
    assert.match(served.err, new RegExp(`^ {2}${name}`, "m"));
});

test("a customer connects while Mailman serves, and again after the consent is gone: mail goes out, no restart", async (t) => {
  const setting = await setUpMailman(t);
  await using world = setting.world;
  const cy = setting.customers.find(({ signIn }) => signIn.as === "user") ?? assert.fail();
  const server = setting.start("serve");
  const events = createInterface({ input: server.stderr ?? assert.fail() })[Symbol.asyncIterator]();
  const outcome = async (wanted: string) => {
    for (;;) {
      const { value, done } = await events.next();
      assert.ok(!done, `Mailman ended before ${wanted}`);
      if (JSON.parse(value).outcome === wanted) return;
    }
  };
  assert.equal((await setting.run(["accept"], line(1, cy.id))).code, 0);
  await outcome("customer-must-connect");
  const connected = await setting.connect(cy);
  assert.equal(connected.code, 0, connected.out);
  assert.match(connected.out, /^Connected cy@sandbox\.onmicrosoft\.com with the account cy@/m);
  await outcome("sent");

  await world.trusted.directory.store.update(({ entra }) => {
    const userId = Object.values(entra.users).find(({ mail }) => mail === cy.mailbox)?.id ?? "";
    revokeSignInSessions(entra, userId);
  });
  await world.trusted.sandbox.timeline.advance(2 * 3_600_000); // The mail service takes the old token no more.
  assert.equal((await setting.run(["accept"], line(2, cy.id))).code, 0);
  await outcome("customer-must-connect");
  assert.equal((await setting.connect(cy)).code, 0);
  await outcome("sent");
  server.kill("SIGTERM");
  assert.deepEqual(await once(server, "exit"), [0, null]);
  assert.equal(world.trusted.sandbox.store.state.mail.messages.length, 2);
  for (const [id, words] of [
    ["ann", /needs no connecting/],
    ["dee", /know no customer "dee"/],
  ] as const) {
    const refused = await setting.run(["connect", id]);
    assert.ok(refused.code === 1 || refused.code === 2);
    assert.match(refused.err, words);
  }
});
