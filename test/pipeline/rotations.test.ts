import assert from "node:assert/strict";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../infra/duration.ts";
import { generateSecretValue } from "../../sandbox/entra/secret-value.ts";
import { seededRandomness } from "../../sandbox/randomness.ts";
import type { PipelineWorld } from "../support/pipeline/pipeline-world.ts";
import { addNotifications, assertEnded, job, playedPipelines } from "../support/pipeline/played.ts";

describe("the pipelines, played on this machine: what time brings", () => {
  it("is rotated, refused, tried again and reported", { timeout: 1_500_000 }, async (t) => {
    const played = await playedPipelines(t, { testUrl: import.meta.url, both: addNotifications });
    const { world, golden, comments, issue, openIssues, generations, lastOutcome } = played;
    const { sandbox, github } = world;
    const planted = generateSecretValue(seededRandomness("echo"));

    await t.test("a scheduled run with nothing due changes nothing, once the stack is free", async () => {
      const lock = await takeLock(world, "dev");
      const waits = whenSaid(world, /runner@runnervm-9 .* is at work on this stack/, lock.release);
      const run = await world.schedule("rotate.yml");
      assert.equal(await waits(), true, "it met the lock");
      assertEnded(run, "dev: success, prod: success");
      assert.deepEqual(await generations(), [1, 1]);
      assert.deepEqual([lastOutcome("dev"), lastOutcome("prod")], ["succeeded", "succeeded"]);
      await golden("nothing-due-summary", job(run, "dev").summary);
    });

    await t.test("51 days later both stacks rotate, dev before prod", async () => {
      await sandbox.timeline.advance(51 * DAY_MS);
      const run = await world.schedule("rotate.yml");
      assertEnded(run, "dev: success, prod: success");
      assert.deepEqual(await generations(), [2, 2]);
      await golden("rotated-summary", job(run, "dev").summary);
      assert.deepEqual(openIssues(), []);
    });

    await t.test("one is rotated by hand, by name and with a reason, over trouble that passes", async () => {
      await sandbox.timeline.advance(8 * DAY_MS);
      assertEnded(await world.schedule("rotate.yml"), "dev: success, prod: success");
      await sandbox.faults.add({
        match: { face: "provider", operation: "azuread.create", path: "**/ApplicationPassword/**" },
        times: 1,
        effect: { kind: "status", status: 503, body: "Graph answered with status 503: Service Unavailable" },
      });
      const run = await world.dispatch("rotate.yml", {
        stack: "dev",
        names: "mailman-office365",
        reason: "a laptop was stolen",
      });
      await sandbox.faults.clear();
      assertEnded(run, "dev: skipped, prod: skipped, by-hand: success");
      const { environment, log, summary } = job(run, "by-hand");
      assert.equal(environment, "rotate-dev");
      assert.match(log, /tried again in 0 s/);
      assert.deepEqual(await generations(), [3, 2]);
      assert.match(log, /a laptop was stolen/);
      await golden("rotated-by-hand-summary", summary);
    });

    await t.test("a rotation that is due and meets drift leaves everything as it is", async () => {
      await sandbox.timeline.advance(46 * DAY_MS);
      const reader = await takeReaderAway(world);
      const before = await generations();
      const run = await world.schedule("rotate.yml");
      assertEnded(run, "dev: failure, prod: skipped");
      assert.deepEqual(await generations(), before);
      assert.ok(reader.isGone(), "nobody has set it back");
      assert.equal(lastOutcome("dev"), "failed");
      await issue("drift-issue");
      await golden("drift-summary", job(run, "dev").summary);
      await reader.setBack();
    });

    await t.test("a secret that Azure's refusal repeats is in no log and no issue", async () => {
      const before = await generations();
      await sandbox.faults.add({
        match: { face: "provider", operation: "azure-native.update", path: "azure-native/keyvault/Secret/*" },
        effect: { kind: "status", status: 400, body: `400 Bad Request: {"secretText":"${planted}"}` },
      });
      const run = await world.schedule("rotate.yml");
      await sandbox.faults.clear();
      assertEnded(run, "dev: failure, prod: skipped");
      assert.deepEqual(await generations(), before, "nothing was published");
      assert.match(job(run, "dev").log, /"secretText":"\[secret\]"/);
      const [open] = openIssues();
      assert.equal(open?.title, "Rotation failed: stack dev");
      assert.match(open.body, /&#91;secret&#93;/);
      assert.equal(lastOutcome("dev"), "failed");
    });

    await t.test("a secret that cannot be proved: an issue, which the next good run closes", async () => {
      const [dev = 0, prod = 0] = await generations();
      const setPropagation = (delays: number[]) =>
        sandbox.store.update(({ entra }) => {
          entra.settings.secretPropagationMs = delays;
        });
      const usual = [...sandbox.store.state.entra.settings.secretPropagationMs];
      await sandbox.timeline.advance(DAY_MS);
      await setPropagation([DAY_MS]);
      const failed = await world.schedule("rotate.yml");
      await setPropagation(usual);
      assertEnded(failed, "dev: failure, prod: skipped");
      assert.deepEqual(await generations(), [dev, prod], "what was published stays published");
      await issue("verification-failed-issue");
      await golden("verification-failed-summary", job(failed, "dev").summary);

      await sandbox.timeline.advance(2 * HOUR_MS);
      assertEnded(await world.schedule("rotate.yml"), "dev: success, prod: success");
      // A generation that Entra has refused is never tried again.
      assert.deepEqual(await generations(), [dev + 2, prod + 1]);
      assert.deepEqual(openIssues(), []);
      assert.deepEqual([lastOutcome("dev"), lastOutcome("prod")], ["succeeded", "succeeded"]);
      const closed = github.state.issues.find(({ isPull }) => !isPull);
      await comments("issue-closed-comments", closed ?? { number: 0 });
    });

    await t.test("no secret is in anything that a run showed or sent", () =>
      played.assertNothingLeaked([planted]),
    );
  });
});

/** Takes Mailman's right to read its secret in dev away, as somebody in the portal may. */
async function takeReaderAway({ sandbox }: PipelineWorld) {
  const { store } = sandbox;
  const id = Object.keys(store.state.arm.resources).find((each) =>
    /kv-sell-mail-dev\/secrets\/mailman-office365\/.*roleassignments/i.test(each),
  );
  const resource = store.state.arm.resources[id ?? ""];
  assert.ok(id !== undefined && resource !== undefined);
  await store.update(({ arm }) => {
    delete arm.resources[id];
  });
  return {
    isGone: () => store.state.arm.resources[id] === undefined,
    setBack: () =>
      store.update(({ arm }) => {
        arm.resources[id] = structuredClone(resource);
      }),
  };
}

/** Locks a stack's state, as an update on another machine does. */
async function takeLock({ backendFolder }: PipelineWorld, stack: string) {
  const folder = join(backendFolder, ".pulumi", "locks", "organization", "keyturn", stack);
  await mkdir(folder, { recursive: true });
  assert.deepEqual(await readdir(folder), []);
  const file = join(folder, "2f0c6b1e-7c1d-4b5e-9a52-0d9a3b1c4e5f.json");
  const holder = { pid: 2100, username: "runner", hostname: "runnervm-9", timestamp: new Date() };
  await writeFile(file, JSON.stringify(holder));
  return { release: () => rm(file) };
}

/** Does something once, as soon as a run says so; then tells whether one did. */
function whenSaid({ listeners }: PipelineWorld, what: RegExp, act: () => Promise<void>) {
  let done: Promise<void> | undefined;
  const listener = (line: string) => {
    if (done === undefined && what.test(line)) done = act();
  };
  listeners.add(listener);
  return async () => {
    listeners.delete(listener);
    await done;
    return done !== undefined;
  };
}
