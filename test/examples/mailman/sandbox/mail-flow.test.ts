import assert from "node:assert/strict";
import { test } from "node:test";
import { revokeSignInSessions } from "../../../../sandbox/entra/sign-in-sessions.ts";
import { checkDelivery, openPostOffice } from "./post-office.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const allWell = { missing: 0, twice: 0, outOfOrder: 0 };

test("rotation under load: mail flows through every rotation, nothing fails, is lost or sent twice", async (t) => {
  await using office = await openPostOffice(t);
  const { world, mailman, customers, records } = office;
  for (let rotation = 0; rotation < 4; rotation++) {
    for (let step = 0; step < 4; step++) {
      for (const { id } of customers) office.write(id);
      await world.time.advance(2 * hourMs);
    }
    await world.credential.rotate();
    for (const { id } of customers) office.write(id);
    await world.time.advance(3 * hourMs);
    await world.credential.retire();
    for (const { id } of customers) office.write(id);
    await world.time.advance(hourMs);
  }
  assert.deepEqual(checkDelivery(office), allWell);
  const { queued, failed, sent } = mailman.counts;
  assert.deepEqual([queued, failed, sent], [0, 0, 4 * 6 * customers.length]);
  // A token that ended is asked for anew: the mail service's refusal is the only thing that may be met.
  const troubles = records.filter(({ outcome }) => outcome !== "sent").map(({ error }) => error);
  assert.ok(
    troubles.every((error) => error?.includes("535 5.7.3")),
    troubles.join("\n"),
  );
  t.diagnostic(`${sent} messages, ${troubles.length} attempts met a token that had ended, 4 rotations`);
});

test("the incident: the only secret expires for 18 h 38 min; the queue drains in order, without a restart", async (t) => {
  await using office = await openPostOffice(t, { lifetimeMs: 30 * dayMs, ofEachKind: 3 });
  const { world, mailman, customers, secret } = office;
  for (const { id } of customers) office.write(id);
  await world.time.advance(30 * dayMs + hourMs);
  assert.deepEqual(checkDelivery(office), allWell);
  const first = new Map<string, number>();
  secret.onEvent((event) => {
    const what = event.type === "breaker-changed" ? event.state : event.type;
    if (!first.has(what)) first.set(what, world.time.nowMs());
  });
  const tokenCalls = world.counter("login.token");
  const startedMs = world.time.nowMs();
  while (world.time.nowMs() - startedMs < 18 * hourMs + 38 * minuteMs) {
    for (const { id } of customers) office.write(id);
    await world.time.advance(hourMs);
    tokenCalls();
  }
  const waiting = mailman.counts;
  assert.equal(waiting.failed, 0);
  assert.equal(waiting.queued, 19 * customers.length);
  const openAfterMs = (first.get("open") ?? Number.POSITIVE_INFINITY) - (first.get("secret-refused") ?? 0);
  assert.ok(openAfterMs <= minuteMs, `the breaker opened ${openAfterMs} ms after the first refusal`);
  // The workers that were under way when it happened, once each; then, each hour, the service's own identity.
  assert.ok(tokenCalls() <= 4 * 2 + 20, `${tokenCalls()} token requests`);

  await world.credential.rotate();
  const publishedMs = world.time.nowMs();
  let firstMs: number | undefined;
  for (let second = 0; mailman.counts.queued > 0 && second < 600; second++) {
    const { sent } = mailman.counts;
    await world.time.advance(1_000);
    if (mailman.counts.sent > sent) firstMs ??= world.time.nowMs() - publishedMs;
  }
  assert.equal(mailman.counts.queued, 0);
  assert.deepEqual(checkDelivery(office), allWell);
  assert.ok((firstMs ?? Number.POSITIVE_INFINITY) <= 62_000, `${firstMs} ms`);
  t.diagnostic(
    `${waiting.queued} messages waited; the breaker opened ${openAfterMs} ms after the first refusal; ` +
      `${tokenCalls()} token requests in the outage; ` +
      `first message out ${Math.round((firstMs ?? 0) / 1000)} s after publication`,
  );
});

test("one customer's revoked consent stops that customer alone, until they connect again", async (t) => {
  await using office = await openPostOffice(t);
  const { world, mailman, customers } = office;
  const broken = customers.find(({ id }) => id === "smtp-user-0") ?? assert.fail();
  await world.trusted.directory.store.update(({ entra }) => {
    const userId = Object.values(entra.users).find(({ mail }) => mail === broken.mailbox)?.id ?? "";
    revokeSignInSessions(entra, userId);
  });
  await world.time.advance(2 * hourMs);
  for (let round = 0; round < 5; round++) {
    for (const { id } of customers) office.write(id);
    await world.time.advance(10 * minuteMs);
  }
  assert.deepEqual(mailman.disconnected, [broken.id]);
  assert.deepEqual(checkDelivery(office), { ...allWell, missing: 5 });
  await office.connect(broken);
  mailman.reconnected(broken.id);
  await world.time.advance(10 * minuteMs);
  assert.deepEqual(checkDelivery(office), allWell);
});

test("loses nothing in a bad hour of the mail service, and sends twice only where the answer was lost", async (t) => {
  await using office = await openPostOffice(t);
  const { world, mailman, customers, records } = office;
  const { faults } = world.trusted.sandbox;
  for (const [operation, effect] of [
    ["smtp.connect", { kind: "status", status: 421 }],
    ["smtp.auth", { kind: "reset" }],
    ["smtp.data", { kind: "status", status: 451 }],
    ["smtp.data", { kind: "reset", after: true }],
    ["graph.sendMail", { kind: "status", status: 503 }],
    ["graph.sendMail", { kind: "reset", after: true }],
    ["login.token", { kind: "status", status: 503 }],
  ] as const) {
    await faults.add({
      match: { operation },
      when: { kind: "probability", p: 0.1, seed: operation },
      effect,
    });
  }
  for (let round = 0; round < 12; round++) {
    for (const { id } of customers) office.write(id);
    await world.time.advance(5 * minuteMs);
  }
  await faults.clear();
  await world.time.advance(hourMs);
  const struck = faults
    .fired()
    .filter(({ effect, operation }) => effect === "reset" && /data|sendMail/.test(operation));
  const unknown = records.filter(({ error }) => /DATA|did not answer/.test(error ?? "")).length;
  assert.ok(struck.length > 0 && unknown >= struck.length);
  assert.deepEqual(checkDelivery(office), { ...allWell, twice: struck.length });
  assert.equal(mailman.counts.queued + mailman.counts.failed, 0);
});

test("a mail service that refuses everybody for ten minutes costs no message", async (t) => {
  await using office = await openPostOffice(t);
  const { world, mailman, customers } = office;
  const { faults } = world.trusted.sandbox;
  for (const [operation, effect] of [
    ["smtp.connect", { kind: "status", status: 554, body: "5.3.2 Service not available" }],
    ["graph.sendMail", { kind: "status", status: 407, body: "<html>Sign in to the proxy</html>" }],
  ] as const) {
    await faults.add({ match: { operation }, effect });
  }
  for (let minute = 0; minute < 10; minute++) {
    for (const { id } of customers) office.write(id);
    await world.time.advance(minuteMs);
  }
  assert.ok(faults.fired().length >= customers.length, "the faults never struck");
  assert.deepEqual([mailman.counts.sent, mailman.counts.failed], [0, 0]);
  await faults.clear();
  await world.time.advance(hourMs);
  assert.deepEqual(checkDelivery(office), allWell);
  assert.deepEqual([mailman.counts.queued, mailman.counts.failed], [0, 0]);
});

test("a recipient who is put off gets the message later, and the others get it once", async (t) => {
  await using office = await openPostOffice(t, { ofEachKind: 1 });
  const { world, mailman, records } = office;
  for (const [n, status] of [
    [2, 452],
    [3, 550],
  ] as const) {
    await world.trusted.sandbox.faults.add({
      match: { operation: "smtp.rcpt" },
      when: { kind: "nth", n },
      effect: { kind: "status", status, body: status === 550 ? "5.1.1 User unknown" : "4.2.2 Mailbox full" },
    });
  }
  const to = ["bob@contoso.test", "late@contoso.test", "gone@contoso.test"];
  mailman.accept({ messageId: "<many@crm.test>", customer: "smtp-app-0", to, subject: "1" });
  await world.time.advance(minuteMs);
  assert.deepEqual(
    office.delivered().map((message) => message.to),
    [["bob@contoso.test"], ["late@contoso.test"]],
  );
  assert.deepEqual(
    records.map(({ outcome }) => outcome),
    ["again", "sent"],
  );
  assert.match(records[0]?.error ?? "", /^PartlySubmittedError: 2 of 3 recipients: RCPT TO: 452/);
});
