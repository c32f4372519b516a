import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import type { AttemptRecord } from "../../../examples/mailman/src/attempt-record.ts";
import type { Customer } from "../../../examples/mailman/src/customer.ts";
import { Mailman } from "../../../examples/mailman/src/mailman.ts";
import { Outbox } from "../../../examples/mailman/src/outbox.ts";
import { PartlySubmittedError, SubmissionError } from "../../../examples/mailman/src/submission.ts";
import { environmentSource, RotatingSecret, TokenRequestError } from "../../../runtime/src/index.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const customers: Customer[] = ["ann", "bob", "cy"].map((id) => ({
  id,
  mailbox: `${id}@contoso.test`,
  way: id === "cy" ? "graph" : "smtp",
  signIn: { as: "application", tenantId: "8a7f0000-0000-4000-8000-000000000001" },
}));

interface Office {
  mailman: Mailman;
  outbox: Outbox;
  outboxPath: string;
  time: VirtualTime;
  sent: string[];
  records: AttemptRecord[];
  discarded: string[];
  /** What getting a token and handing over do first; may throw. */
  token: (customer: Customer) => Promise<void> | void;
  hand: (messageId: string, to: readonly string[]) => Promise<void> | void;
  /** Told of each attempt; may throw. */
  onAttempt: () => void;
  accept(id: string, customer: string): void;
}

function open(t: TestContext, workers = 2): Office {
  const time = new VirtualTime();
  const outboxPath = join(temporaryFolder(t), "outbox.db");
  const outbox = new Outbox(outboxPath, { busyTimeoutMs: 0 });
  const secret = new RotatingSecret({
    credential: "mailman",
    source: environmentSource({ variable: "SECRET", environment: { SECRET: "value-1" } }),
    clock: time,
    random: () => 0.5,
  });
  let tokens = 0;
  const office: Office = {
    time,
    outbox,
    outboxPath,
    sent: [],
    records: [],
    discarded: [],
    token: () => {},
    hand: () => {},
    onAttempt: () => {},
    accept: (id, customer) =>
      void office.mailman.accept({ messageId: `<${id}@crm.test>`, customer, to: ["x@y.test"] }),
    mailman: new Mailman({
      outbox,
      secret,
      customers,
      workers,
      pollIntervalMs: 600_000,
      clock: time,
      random: () => 0.5,
      tokens: {
        // Through the library, so that its breaker sees what happens.
        tokenFor: (customer) =>
          secret.withClientSecret(
            async () => {
              await office.token(customer);
              return `token-${++tokens}`;
            },
            { subject: customer.id },
          ),
        discard: (_customer, token) => office.discarded.push(token),
      },
      submit: { smtp: submit, graph: submit },
      onAttempt: (record) => {
        office.records.push(record);
        office.onAttempt();
      },
    }),
  };
  async function submit(
    _customer: Customer,
    _token: string,
    { messageId, to }: { messageId: string; to: readonly string[] },
  ): Promise<void> {
    await office.hand(messageId, to);
    office.sent.push(messageId);
  }
  office.mailman.start();
  t.after(async () => {
    await time.until(office.mailman.stop());
    secret.close();
    outbox.close();
    assert.equal(time.timers, 0, "a timer was left behind");
  });
  return office;
}

const refusal = (error: string, code: number) => Object.assign(new Error(), { error, error_codes: [code] });

test("sends what is handed in, each customer's in order", async (t) => {
  const office = open(t);
  for (const [id, customer] of [
    ["1", "ann"],
    ["2", "ann"],
    ["3", "bob"],
    ["4", "ann"],
    ["5", "cy"],
  ] as const) {
    office.accept(id, customer);
  }
  await office.time.advance(1_000);
  const anns = office.sent.filter((id) => ["<1@crm.test>", "<2@crm.test>", "<4@crm.test>"].includes(id));
  assert.deepEqual(anns, ["<1@crm.test>", "<2@crm.test>", "<4@crm.test>"]);
  assert.equal(office.sent.length, 5);
  assert.equal(office.mailman.counts.sent, 5);
});

test("times each stage where it happens", async (t) => {
  const office = open(t, 1);
  const take = (ms: number) => new Promise<void>((resolve) => office.time.setTimer(resolve, ms));
  office.token = () => take(300);
  office.hand = () => take(700);
  office.accept("1", "ann");
  office.accept("2", "bob");
  await office.time.advance(3_000);
  assert.deepEqual(
    office.records.map(({ customer, way, attempt, outcome, stages }) => ({
      customer,
      way,
      attempt,
      outcome,
      stages,
    })),
    [
      {
        customer: "ann",
        way: "smtp",
        attempt: 1,
        outcome: "sent",
        stages: { waitingMs: 0, tokenMs: 300, submissionMs: 700 },
      },
      {
        customer: "bob",
        way: "smtp",
        attempt: 1,
        outcome: "sent",
        stages: { waitingMs: 1_000, tokenMs: 300, submissionMs: 700 },
      },
    ],
  );
});

test("stops one customer whose consent is gone until they connect again, and nobody else", async (t) => {
  const office = open(t);
  office.token = ({ id }) => {
    if (id === "ann") throw refusal("invalid_grant", 50173);
  };
  // As MSAL's client would throw it, for the grant is a user's.
  const asUser = office.token;
  office.token = (customer) => {
    try {
      asUser(customer);
    } catch {
      throw new TokenRequestError(
        { kind: "user-grant", reason: "expired-or-revoked", codes: [50173], advice: "" },
        1,
        undefined,
      );
    }
  };
  office.accept("1", "ann");
  for (let index = 2; index < 30; index++) office.accept(String(index), index % 2 === 0 ? "bob" : "cy");
  await office.time.advance(3_600_000);
  assert.equal(office.sent.length, 28);
  assert.deepEqual(office.mailman.disconnected, ["ann"]);
  assert.equal(office.records.filter(({ customer }) => customer === "ann").length, 1);
  office.token = () => {};
  office.mailman.reconnected("ann");
  await office.time.advance(1_000);
  assert.ok(office.sent.includes("<1@crm.test>"));
});

test("waits while the application gets no tokens, and hardly asks", async (t) => {
  const office = open(t, 3);
  let asked = 0;
  office.token = () => {
    asked++;
    throw refusal("invalid_client", 7000222);
  };
  for (let index = 1; index <= 30; index++)
    office.accept(String(index), ["ann", "bob", "cy"][index % 3] ?? "");
  await office.time.advance(3 * 3_600_000);
  assert.ok(asked <= 3, "each worker that was under way may have asked, and none of them twice");
  assert.equal(office.sent.length, 0);
  assert.ok(office.mailman.counts.oldestUnsentAgeMs >= 3 * 3_600_000);
  assert.equal(office.mailman.counts.queued, 30);
  assert.ok(office.records.length <= 3 + 3 * 60 * 2, `${office.records.length} attempts: one per probe`);
});

test("tries again later what the mail service puts off, with another token where it refused one", async (t) => {
  const office = open(t);
  let handed = 0;
  office.hand = () => {
    handed++;
    if (handed === 1) throw new SubmissionError("transient", "DATA: 451");
    if (handed === 2) throw new SubmissionError("token-refused", "AUTH: 535");
  };
  office.accept("1", "ann");
  await office.time.advance(60_000);
  assert.deepEqual(office.sent, ["<1@crm.test>"]);
  assert.deepEqual(office.discarded, ["token-2"]);
  assert.deepEqual(
    office.records.map(({ outcome, attempt }) => [outcome, attempt]),
    [
      ["again", 1],
      ["again", 2],
      ["sent", 3],
    ],
  );
});

test("gives a message up that will never be taken, and goes on with the next", async (t) => {
  const office = open(t);
  office.hand = (messageId) => {
    if (messageId === "<1@crm.test>") throw new SubmissionError("permanent", "RCPT: 550 5.1.1");
  };
  office.accept("1", "ann");
  office.accept("2", "ann");
  await office.time.advance(1_000);
  assert.deepEqual(office.sent, ["<2@crm.test>"]);
  assert.equal(office.mailman.counts.failed, 1);
});

test("finishes what is under way before it stops, and takes nothing new", async (t) => {
  const office = open(t, 1);
  let finish = () => {};
  office.hand = () =>
    new Promise<void>((resolve) => {
      finish = resolve;
    });
  office.accept("1", "ann");
  office.accept("2", "ann");
  await office.time.settle();
  let stopped = false;
  const stopping = office.mailman.stop().then(() => {
    stopped = true;
  });
  await office.time.settle();
  assert.equal(stopped, false);
  finish();
  await stopping;
  assert.deepEqual(office.sent, ["<1@crm.test>"]);
  assert.equal(office.mailman.counts.queued, 1);
});

test("tells nothing of content and addresses in its records", async (t) => {
  const office = open(t);
  office.accept("1", "ann");
  await office.time.advance(100);
  assert.ok(!/x@y\.test|contoso/.test(JSON.stringify(office.records)));
});

test("sends on with a logger that throws", async (t) => {
  const office = open(t);
  office.onAttempt = () => {
    throw new Error("broken logger");
  };
  office.accept("1", "ann");
  office.accept("2", "ann");
  await office.time.advance(1_000);
  assert.equal(office.mailman.counts.sent, 2);
});

test("waits while another process writes to the outbox, and sends nothing twice", async (t) => {
  const office = open(t, 1);
  const other = new DatabaseSync(office.outboxPath);
  t.after(() => other.close());
  office.accept("1", "ann");
  office.accept("2", "bob");
  office.hand = () => {
    if (!other.isTransaction) other.exec("BEGIN IMMEDIATE"); // From when the first message is out.
  };
  await office.time.advance(60_000);
  assert.equal(office.sent.length, 1);
  assert.equal(office.mailman.counts.sent, 0);
  office.hand = () => {};
  other.exec("COMMIT");
  await office.time.advance(2_000);
  assert.deepEqual(office.sent.toSorted(), ["<1@crm.test>", "<2@crm.test>"]);
  assert.equal(office.mailman.counts.sent, 2);
});

test("breaks off what takes too long when it stops, and keeps it in the outbox", async (t) => {
  const office = open(t, 1);
  office.hand = () => new Promise<void>(() => {});
  office.accept("1", "ann");
  await office.time.settle();
  const startedMs = office.time.monotonicMs();
  await office.time.until(office.mailman.stop({ withinMs: 20_000 }));
  assert.equal(office.time.monotonicMs() - startedMs, 20_000);
  assert.equal(office.mailman.counts.queued, 1);
  assert.deepEqual(
    office.records.map(({ outcome }) => outcome),
    ["interrupted"],
  );
});

test("tries again only for the recipients that were put off", async (t) => {
  const office = open(t);
  const handedTo: (readonly string[])[] = [];
  office.hand = (_messageId, to) => {
    handedTo.push(to);
    if (to.includes("late@y.test") && handedTo.length === 1) {
      throw new PartlySubmittedError("2 of 3 recipients: RCPT TO: 451", ["late@y.test"]);
    }
    if (to.includes("gone@z.test")) throw new PartlySubmittedError("1 of 2 recipients: RCPT TO: 550", []);
  };
  const accept = (id: string, to: string[]) =>
    office.mailman.accept({ messageId: `<${id}@crm.test>`, customer: "ann", to });
  accept("1", ["x@y.test", "late@y.test", "never@y.test"]);
  await office.time.advance(60_000);
  accept("2", ["x@y.test", "gone@z.test"]);
  await office.time.advance(1_000);
  assert.deepEqual(handedTo, [
    ["x@y.test", "late@y.test", "never@y.test"],
    ["late@y.test"],
    ["x@y.test", "gone@z.test"],
  ]);
  assert.deepEqual(
    office.records.map(({ outcome, error }) => [outcome, error?.includes("550") ?? false]),
    [
      ["again", false],
      ["sent", false],
      ["sent", true],
    ],
  );
  assert.equal(office.mailman.counts.sent, 2);
});
