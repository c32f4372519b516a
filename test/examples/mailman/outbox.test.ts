import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import type { NewMessage } from "../../../examples/mailman/src/message.ts";
import { Outbox, OutboxInUseError, rememberedMs } from "../../../examples/mailman/src/outbox.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const none = new Set<string>();
const message = (id: string, customer = "ann"): NewMessage => ({
  messageId: `<${id}@crm.test>`,
  customer,
  to: ["bob@contoso.test"],
});

function open(t: TestContext): { path: string; outbox: Outbox } {
  const path = join(temporaryFolder(t), "outbox.db");
  const outbox = new Outbox(path);
  t.after(() => outbox.close());
  return { path, outbox };
}

test("accepts a message once, whoever hands it in", (t) => {
  const { path, outbox } = open(t);
  assert.equal(outbox.accept(message("1"), 1_000), true);
  const other = new Outbox(path);
  assert.equal(other.accept(message("1"), 2_000), false);
  other.close();
  assert.deepEqual(outbox.counts(5_000), {
    queued: 1,
    sending: 0,
    sent: 0,
    failed: 0,
    oldestUnsentAgeMs: 4_000,
  });
});

test("names everything that is wrong with a message", (t) => {
  const { outbox } = open(t);
  const wrong = { messageId: "no", customer: "", to: ["nobody"], extra: 1 } as unknown as NewMessage;
  assert.throws(
    () => outbox.accept(wrong, 0),
    (error: { issues?: { path: string[] }[] }) =>
      ["messageId", "customer", "to"].every((name) => error.issues?.some(({ path }) => path[0] === name)) ===
      true,
  );
});

test("gives out each customer's messages in order, one at a time", (t) => {
  const { outbox } = open(t);
  for (const [id, customer] of [
    ["1", "ann"],
    ["2", "ann"],
    ["3", "bob"],
  ] as const) {
    outbox.accept(message(id, customer), 0);
  }
  const first = outbox.claim(0, none);
  const second = outbox.claim(0, none);
  assert.deepEqual([first?.messageId, second?.messageId], ["<1@crm.test>", "<3@crm.test>"]);
  assert.equal(outbox.claim(0, none), undefined);
  outbox.markSent(first?.id ?? 0, 1);
  assert.equal(outbox.claim(0, none)?.messageId, "<2@crm.test>");
});

test("lets a message that is not due hold up its own customer only", (t) => {
  const { outbox } = open(t);
  for (const [id, customer] of [
    ["1", "ann"],
    ["2", "ann"],
    ["3", "bob"],
  ] as const) {
    outbox.accept(message(id, customer), 0);
  }
  outbox.putBack(outbox.claim(0, none)?.id ?? 0, 5_000, "later");
  assert.equal(outbox.claim(0, none)?.messageId, "<3@crm.test>");
  assert.equal(outbox.claim(4_999, none), undefined);
  assert.equal(outbox.nextDueMs(none), 5_000);
  assert.equal(outbox.nextDueMs(new Set(["ann"])), undefined);
  const again = outbox.claim(5_000, none);
  assert.deepEqual([again?.messageId, again?.attempts], ["<1@crm.test>", 1]);
});

test("leaves out customers who have to wait", (t) => {
  const { outbox } = open(t);
  outbox.accept(message("1", "ann"), 0);
  assert.equal(outbox.claim(0, new Set(["ann"])), undefined);
  assert.equal(outbox.claim(0, new Set(["bob"]))?.customer, "ann");
});

test("lets one process send, and queues again what the last one was sending", (t) => {
  const { path, outbox } = open(t);
  outbox.startSending();
  outbox.accept(message("1"), 0);
  outbox.claim(0, none);
  const other = new Outbox(path);
  assert.throws(() => other.startSending(), OutboxInUseError);
  outbox.close();
  other.startSending();
  assert.equal(other.claim(0, none)?.messageId, "<1@crm.test>");
  other.close();
  const { outbox: unrelated } = open(t);
  unrelated.startSending();
});

test("is readable by its owner only", (t) => {
  const { path, outbox } = open(t);
  outbox.accept(message("1"), 0);
  for (const file of [path, `${path}-wal`, `${path}.lock`]) {
    assert.equal(statSync(file).mode & 0o077, 0, file);
  }
});

test("loses nothing and invents nothing, whatever is done in whatever order", (t) => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("accept"),
      id: fc.integer({ min: 1, max: 20 }),
      customer: fc.constantFrom("ann", "bob", "cy"),
    }),
    fc.record({ kind: fc.constantFrom("sent", "failed", "back", "release", "restart") }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const path = join(temporaryFolder(t), "outbox.db");
      let outbox = new Outbox(path);
      const accepted = new Set<string>();
      const ended = new Set<string>();
      const order = new Map<string, string[]>();
      for (const each of steps) {
        if (each.kind === "accept" && "customer" in each) {
          const { messageId } = message(String(each.id));
          const isNew = outbox.accept(message(String(each.id), each.customer), 0);
          assert.equal(isNew, !accepted.has(messageId));
          accepted.add(messageId);
          continue;
        }
        if (each.kind === "restart") {
          outbox.claim(0, none);
          outbox.close();
          outbox = new Outbox(path);
          outbox.startSending();
          continue;
        }
        const claimed = outbox.claim(0, none);
        if (claimed === undefined) continue;
        assert.ok(!ended.has(claimed.messageId), "given out after its end");
        if (each.kind === "back") outbox.putBack(claimed.id, 0, "later");
        else if (each.kind === "release") outbox.release(claimed.id);
        else {
          ended.add(claimed.messageId);
          order.set(claimed.customer, [
            ...(order.get(claimed.customer) ?? []),
            String(claimed.id).padStart(9, "0"),
          ]);
          if (each.kind === "sent") outbox.markSent(claimed.id, 0);
          else outbox.markFailed(claimed.id, 0, "no");
        }
      }
      const { queued, sending, sent, failed } = outbox.counts(0);
      assert.equal(queued + sending + sent + failed, accepted.size);
      assert.equal(sent + failed, ended.size);
      for (const ids of order.values()) assert.deepEqual(ids, ids.toSorted());
      outbox.close();
    }),
    { numRuns: 30 },
  );
});

test("keeps what MSAL remembers of each customer", (t) => {
  const { outbox } = open(t);
  assert.equal(outbox.tokenCache("ann"), undefined);
  outbox.saveTokenCache("ann", "one");
  outbox.saveTokenCache("ann", "two");
  assert.equal(outbox.tokenCache("ann"), "two");
});

test("takes moments between two milliseconds", (t) => {
  const { outbox } = open(t);
  outbox.accept(message("1"), 0.5);
  outbox.accept(message("2"), 0.5);
  const first = outbox.claim(0.7, none)?.id ?? 0;
  outbox.putBack(first, 1.25, "later");
  assert.equal(outbox.claim(1.9, none), undefined);
  outbox.markSent(outbox.claim(2, none)?.id ?? 0, 2.5);
  outbox.markFailed(outbox.claim(2.5, none)?.id ?? 0, 3.5, "no");
  assert.equal(outbox.counts(4).sent + outbox.counts(4).failed, 2);
});

test("keeps no content of what was sent, but its Message-ID for 30 days", (t) => {
  const { path, outbox } = open(t);
  outbox.accept({ ...message("1"), text: "confidential words" }, 0);
  const { id } = outbox.claim(0, none) ?? assert.fail();
  outbox.markSent(id, 1_000);
  outbox.forgetEnded(1_000 + rememberedMs);
  assert.equal(outbox.accept(message("1"), 2_000), false);
  outbox.forgetEnded(1_001 + rememberedMs);
  assert.equal(outbox.accept(message("1"), 3_000), true);
  outbox.close();
  assert.ok(!readFileSync(path).includes("confidential words"), "the file still holds what was sent");
});
