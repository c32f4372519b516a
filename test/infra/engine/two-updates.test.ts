import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { FaultRequest } from "../../../sandbox/faults/rule.ts";
import type { ProcessResult } from "../../../tools/run-process.ts";
import { brokenInvariants, leftovers, ownKeyIds } from "../../support/crash/invariants.ts";
import type { Checkpoint } from "../../support/crash/world.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack } from "../../support/keyturn-stack.ts";

const NAME = "mailman";
const PASSWORD = "azuread/index/ApplicationPassword/*";
const settings = { credentials: [{ name: NAME, application: { displayName: "Mailman" } }] };
const UP = ["up", "--json", "--quiet"];
const ROTATE = ["rotate", NAME, "--reason", "a test", "--yes", "--json", "--quiet"];

/** The first call that matches waits until it is let go. */
async function holdUp(
  t: TestContext,
  { sandbox: { faults } }: KeyturnStack,
  match: FaultRequest["match"],
  after = false,
): Promise<{ reachedBy: (command: Promise<ProcessResult>) => Promise<void>; letGo: () => Promise<unknown> }> {
  const before = faults.fired().length;
  const { id } = await faults.add({ match, when: { kind: "nth", n: 1 }, effect: { kind: "hang", after } });
  let isOver = false;
  t.after(() => {
    isOver = true;
  });
  return {
    /** Returns when the call is held up, or the command has ended without it. */
    reachedBy: async (command) => {
      let hasEnded = false;
      const end = command.then(() => {
        hasEnded = true;
      });
      while (faults.fired().length === before && !hasEnded && !isOver) {
        await Promise.race([end, new Promise((done) => setTimeout(done, 10))]);
      }
    },
    letGo: () => faults.clear(id),
  };
}

function assertOk({ exitCode, stderr }: ProcessResult): void {
  assert.equal(exitCode, 0, stderr);
}

/** Nobody is without a working secret, and the next update leaves nothing behind. */
async function assertAllIsWell(stack: KeyturnStack): Promise<void> {
  const { store } = stack.sandbox;
  assert.deepEqual(brokenInvariants(store.state), []);
  assertOk(await keyturn(stack, UP));
  const { checkpoint } = JSON.parse(await stack.checkpoint()) as { checkpoint: { latest: Checkpoint } };
  assert.deepEqual(brokenInvariants(store.state), []);
  assert.deepEqual(leftovers(store.state, checkpoint.latest, await stack.credentials()), []);
}

const UNDER_WAY = /another update of stack dev is under way: \S+@\S+ \(process \d+\) since \d{4}-/;

describe("two updates at once", () => {
  it("one wins, the other is told who holds the lock", async (t) => {
    const stack = await keyturnStack(t, { seed: "two at once", settings });
    await stack.mustUp();
    const made = await holdUp(t, stack, { operation: "azuread.create", path: PASSWORD });
    const first = keyturn(stack, ROTATE);
    await made.reachedBy(first);
    const second = await keyturn(stack, ROTATE);
    assert.equal(second.exitCode, 1);
    assert.match(second.stderr, UNDER_WAY);
    await made.letGo();
    const won = await first;
    assertOk(won);
    assert.equal(JSON.parse(won.stdout).credentials[0].current.generation, 2);
    const creations = stack.sandbox.calls
      .list()
      .filter(
        ({ operation, path }) => operation === "azuread.create" && path.includes("/ApplicationPassword/"),
      );
    assert.equal(creations.length, 2, "one at the first deployment, one by the rotation");
    await assertAllIsWell(stack);
  });

  it("one that cleans up deletes nothing that the other has published meanwhile", async (t) => {
    const stack = await keyturnStack(t, { seed: "published meanwhile", settings });
    await stack.mustUp();
    const asked = await holdUp(t, stack, { face: "https", operation: "graph.application.get" });
    const cleaning = keyturn(stack, UP);
    await asked.reachedBy(cleaning);
    const rotated = await keyturn(stack, ROTATE);
    assertOk(rotated);
    await asked.letGo();
    const cleaned = await cleaning;
    assertOk(cleaned);
    assert.deepEqual(JSON.parse(cleaned.stdout).removed.keys, []);
    assert.equal(ownKeyIds(stack.sandbox.store.state).length, 2);
    await assertAllIsWell(stack);
  });

  it("one that cleans up leaves alone what the other is about to publish", async (t) => {
    const stack = await keyturnStack(t, { seed: "about to publish", settings });
    await stack.mustUp();
    const asked = await holdUp(t, stack, { face: "https", operation: "graph.application.get" });
    const cleaning = keyturn(stack, UP);
    await asked.reachedBy(cleaning);
    const made = await holdUp(t, stack, { operation: "azuread.create", path: PASSWORD }, true);
    const rotating = keyturn(stack, ROTATE);
    await made.reachedBy(rotating);
    await asked.letGo();
    const cleaned = await cleaning;
    assertOk(cleaned);
    const { removed, warnings } = JSON.parse(cleaned.stdout);
    assert.deepEqual(removed.keys, []);
    assert.match(warnings.join("\n"), /nothing was removed/);
    await made.letGo();
    const rotated = await rotating;
    assertOk(rotated);
    assert.equal(JSON.parse(rotated.stdout).credentials[0].current.generation, 2);
    await assertAllIsWell(stack);
  });

  it("one does not write what it read before over what the other has done since", async (t) => {
    const stack = await keyturnStack(t, { seed: "stale checkpoint", settings });
    const principal = { operation: "azuread.create", path: "azuread/index/ServicePrincipal/*" };
    const made = await holdUp(t, stack, principal, true);
    const first = keyturn(stack, UP);
    await made.reachedBy(first);
    const asked = await holdUp(t, stack, { face: "https", operation: "graph.servicePrincipal.list" });
    const second = keyturn(stack, UP);
    await asked.reachedBy(second);
    await made.letGo();
    assertOk(await first);
    await asked.letGo();
    const { exitCode, stderr } = await second;
    assert.equal(exitCode, 1);
    assert.match(stderr, UNDER_WAY);
    await assertAllIsWell(stack);
  });
});
