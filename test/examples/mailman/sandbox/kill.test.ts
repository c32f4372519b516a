import assert from "node:assert/strict";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { Outbox } from "../../../../examples/mailman/src/outbox.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { setUpMailman } from "./mailman-process.ts";

const message = (number: number, customer: string) => ({
  messageId: `<${number}@crm.test>`,
  customer,
  to: ["x@contoso.test"],
  subject: String(number),
});

test("kill -9 at any moment of sending loses no accepted message", async (t) => {
  const setting = await setUpMailman(t);
  await using world = setting.world;
  const { customers } = setting;
  const random = seededRandom(1);
  const messages = () => world.trusted.sandbox.store.state.mail.messages;
  const outbox = new Outbox(setting.outboxPath);
  t.after(() => outbox.close());
  for (const customer of customers.filter(({ signIn }) => signIn.as === "user")) {
    assert.equal((await setting.connect(customer)).code, 0);
  }
  const total = 60;
  for (let number = 1; number <= total; number++) {
    const { id } = customers[number % customers.length] ?? assert.fail();
    outbox.accept(message(number, id), world.time.nowMs());
  }
  const kills = 5;
  for (let kill = 0; kill < kills; kill++) {
    const child = setting.start("serve");
    // A sign-in, a message that has arrived and whose answer has not: each is a change of the sandbox's state.
    await setting.changes(1 + Math.floor(random() * 20));
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  const last = setting.start("serve");
  last.stderr?.resume();
  const everything = () => new Set(messages().map(({ subject }) => subject)).size === total;
  for (let count = messages().length; !everything(); count++) await setting.arrived(count + 1);
  last.kill("SIGTERM");
  const [code] = await once(last, "exit");
  assert.equal(code, 0);
  const twice = messages().length - total;
  // What was between the mail service's answer and the disk when it was killed: one message of each customer.
  assert.ok(twice <= kills * customers.length, `${twice} sent twice`);
  for (const { mailbox, way } of customers) {
    const own = messages().filter(({ from }) => from === mailbox);
    assert.equal(new Set(own.map(({ subject }) => subject)).size, total / customers.length);
    assert.ok(own.every(({ submittedBy }) => submittedBy === way));
    const distinct = [...new Set(own.map(({ subject }) => Number(subject)))];
    assert.deepEqual(
      distinct,
      distinct.toSorted((one, other) => one - other),
      "out of order",
    );
  }
  assert.deepEqual(outbox.counts(0), {
    ...{ queued: 0, sending: 0, sent: total, failed: 0 },
    oldestUnsentAgeMs: 0,
  });
  t.diagnostic(`${kills} kills, ${total} messages, none lost, ${twice} sent twice`);
});

test("kill -9 at any moment of accepting: what was called accepted is there", async (t) => {
  const setting = await setUpMailman(t);
  await using _world = setting.world;
  const random = seededRandom(3);
  const outbox = new Outbox(setting.outboxPath);
  t.after(() => outbox.close());
  const batch = 400;
  let answeredInAll = 0;
  for (let kill = 0; kill < 5; kill++) {
    const numbers = Array.from({ length: batch }, (_, index) => kill * batch + index);
    const input = numbers.map((number) => `${JSON.stringify(message(number, "ann"))}\n`).join("");
    const child = setting.start("accept");
    child.stdin?.on("error", () => {}); // It is killed with half of it unread.
    child.stdin?.end(input);
    const killAt = 1 + Math.floor(random() * (batch / 2));
    let answered = 0;
    for await (const line of createInterface({ input: child.stdout ?? assert.fail() })) {
      if (line === "accepted" && ++answered === killAt) child.kill("SIGKILL");
    }
    assert.ok(answered >= killAt);
    for (const number of numbers.slice(0, answered)) {
      assert.equal(outbox.accept(message(number, "ann"), 0), false, `message ${number} was lost`);
    }
    answeredInAll += answered;
    const again = await setting.run(["accept"], input);
    assert.equal(again.code, 0, again.err);
    assert.equal(again.out.split("\n").filter((line) => /^(accepted|known)$/.test(line)).length, batch);
  }
  assert.equal(outbox.counts(0).queued, 5 * batch);
  t.diagnostic(`5 kills, ${answeredInAll} of ${5 * batch} messages answered before, none of them lost`);
});
