import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../support/seeded-random.ts";
import { checkDelivery, openPostOffice } from "./post-office.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

const trouble = [
  ["login.token", { kind: "status", status: 503 }],
  ["login.token", { kind: "status", status: 429, headers: { "retry-after": "3" } }],
  ["login.token", { kind: "reset" }],
  ["keyVault.getSecret", { kind: "status", status: 503 }],
  ["keyVault.getSecret", { kind: "status", status: 429, headers: { "retry-after": "7" } }],
  ["keyVault.getSecret", { kind: "reset" }],
] as const;

for (const seed of [1, 2]) {
  test(`rotations while mail is on its way, in bad weather, seed ${seed}: nothing fails, is lost or sent twice`, async (t) => {
    await using office = await openPostOffice(t, { refreshIntervalMs: 10 * minuteMs });
    const { world, mailman, customers, records } = office;
    const { credential, time, trusted } = world;
    const random = seededRandom(seed);
    await trusted.directory.store.update(({ entra }) => {
      entra.settings.secretPropagationMs = [45_000, 0, 20_000]; // Some replicas learn of a secret late.
    });
    for (const [operation, effect] of trouble) {
      await trusted.sandbox.faults.add({
        match: { operation },
        when: { kind: "probability", p: 0.1, seed: `${seed}/${operation}/${effect.kind}` },
        effect,
      });
    }
    const rotations = 25;
    const tally = { underWay: 0, revocations: 0 };
    for (let rotation = 0; rotation < rotations; rotation++) {
      // The old token ends meanwhile, so that tokens are asked for all the time.
      await time.advance(random() * 70 * minuteMs);
      for (const { id } of customers) office.write(id);
      // Some way into the sending, with whatever is under way then.
      for (let turn = Math.floor(random() * 60); turn > 0; turn--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      tally.underWay += mailman.counts.sending > 0 ? 1 : 0;
      await credential.rotate();
      if (random() < 0.3) {
        await credential.retire(); // A leak: the secret that the service holds is gone at once.
        tally.revocations++;
      } else {
        await time.advance(random() * 30 * minuteMs);
        await credential.retire();
      }
      for (const { id } of customers) office.write(id);
    }
    const fired = trusted.sandbox.faults.fired().length;
    await trusted.sandbox.faults.clear();
    await time.advance(2 * hourMs);
    assert.ok(tally.underWay >= rotations / 3, `only ${tally.underWay} rotations met a message on its way`);
    assert.ok(tally.revocations >= 3 && fired >= 20, JSON.stringify({ ...tally, fired }));
    assert.deepEqual(checkDelivery(office), { missing: 0, twice: 0, outOfOrder: 0 });
    const { queued, failed, sent } = mailman.counts;
    assert.deepEqual(
      { queued, failed, sent },
      { queued: 0, failed: 0, sent: 2 * rotations * customers.length },
    );
    assert.equal(records.filter(({ outcome }) => outcome === "fail").length, 0);
    assert.deepEqual(mailman.disconnected, []);
    t.diagnostic(
      `${rotations} rotations, ${tally.underWay} of them with messages on their way, ${tally.revocations} revocations, ` +
        `${fired} faults, ${sent} messages, each once`,
    );
  });
}
