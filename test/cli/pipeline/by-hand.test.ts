import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DAY_MS } from "../../../infra/duration.ts";
import type { ProcessResult } from "../../../tools/run-process.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { keyturnStack } from "../../support/keyturn-stack.ts";

const CONSUMER = { name: "mailman", principalId: "5f1e7a52-7a3c-4d55-9d0b-111111111111" };
const credentials = (consumers: object[]) => [
  {
    name: "mailman",
    application: { displayName: "Mailman", permissions: { application: ["Mail.Send"] } },
    consumers,
  },
];

describe("the pipelines' commands by hand, on the real engine", () => {
  it("apply what was read, rotate what is due, and leave the rest alone", { timeout: 600_000 }, async (t) => {
    const { stack, sandbox, ...world } = await keyturnStack(t, {
      seed: "pipeline-by-hand",
      nowMs: Date.parse("2026-03-02T08:00:00Z"),
      settings: {
        credentials: credentials([CONSUMER]),
        rotation: { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "0 days" },
      },
    });
    const said: string[] = [];
    // A run of these tests may be a pipeline's itself.
    const env = {
      ...world.env,
      GITHUB_ACTIONS: "",
      TF_BUILD: "",
      KEYTURN_NAMES: "",
      KEYTURN_REASON: "",
      KEYTURN_DIGEST: "",
    };
    const run = async (exitCode: number, ...args: string[]): Promise<ProcessResult> => {
      const result = await keyturn({ project: world.project, env }, ["pipeline", ...args]);
      said.push(result.stdout, result.stderr);
      assert.equal(result.exitCode, exitCode, `${args.join(" ")}\n${result.stdout}\n${result.stderr}`);
      return result;
    };
    const json = async (exitCode: number, ...args: string[]) => {
      const document = JSON.parse((await run(exitCode, ...args, "--json")).stdout);
      assert.equal(document.schemaVersion, 1);
      return document;
    };
    const configure = (consumers: object[], acceptedAlarms: object[] = []) =>
      stack.setAllConfig({
        "keyturn:credentials": { value: JSON.stringify(credentials(consumers)) },
        "keyturn:acceptedAlarms": { value: JSON.stringify(acceptedAlarms) },
      });

    await t.test("a deployment takes the digest of what was read", async () => {
      const refused = await run(11, "deploy");
      const digest = /Digest: (sha256:[0-9a-f]{32})/.exec(refused.stdout)?.[1] ?? "";
      assert.match(refused.stderr, /nothing was applied: by hand, the digest/);
      const wrong = await json(11, "deploy", "--digest", `sha256:${"0".repeat(32)}`);
      assert.deepEqual([wrong.applied, wrong.digest], [false, digest]);
      assert.equal(Object.keys(sandbox.store.state.keyVault.vaults).length, 0, "nothing was made");
      const applied = await json(0, "deploy", "--digest", digest);
      assert.equal(applied.applied, true);
      assert.equal(applied.status.credentials[0].current.generation, 1);
      assert.match((await run(2, "deploy", "--digest", "latest")).stderr, /--digest must be/);
    });

    await t.test("a rotation does what is due, and says so", async () => {
      await sandbox.timeline.advance(46 * DAY_MS);
      const { outcome, intentions, status } = await json(0, "rotate");
      assert.equal(outcome, "done");
      assert.match(intentions.join(), /^mailman: rotated, to generation 2 \(due since /);
      assert.equal(status.credentials[0].current.generation, 2);
    });

    await t.test("drift is left alone, and holds up what is due", async () => {
      await sandbox.timeline.advance(8 * DAY_MS);
      const rename = (from: string, to: string) =>
        sandbox.store.update((draft) => {
          for (const application of Object.values(draft.entra.applications)) {
            if (application.displayName === from) application.displayName = to;
          }
        });
      await rename("Mailman", "Somebody else's");
      const { outcome, foreign, intentions } = await json(12, "rotate");
      assert.equal(outcome, "refused");
      assert.deepEqual(
        foreign.map(({ origin, what }: { origin: string; what: string[] }) => [origin, ...what]),
        [["drift", "Application mailman is updated: displayName"]],
      );
      assert.match(intentions.join(), /previous secret deleted/);
      await rename("Somebody else's", "Mailman");
    });

    await t.test("a credential is rotated by name, with a reason, once the one before is gone", async () => {
      const { status } = await json(0, "rotate", "--name", "mailman", "--reason", "a laptop was stolen");
      assert.equal(status.credentials[0].current.generation, 3);
      assert.match(
        (await run(2, "rotate", "--name", "nobody", "--reason", "x")).stderr,
        /no such credential: nobody/,
      );
    });

    await t.test(
      "an update that died right after it had published is finished, not taken for drift",
      async () => {
        await sandbox.timeline.advance(46 * DAY_MS);
        const { faults } = sandbox;
        const path = "azure-native/keyvault/Secret/mailman";
        const published = { face: "provider", operation: "azure-native.update", path } as const;
        await faults.add({
          match: published,
          when: { kind: "nth", n: 1 },
          effect: { kind: "hang", after: true },
        });
        const dying = new AbortController();
        const fired = faults.fired().length;
        let isOver = false;
        const update = world
          .run(["up", "--yes", "--skip-preview"], { env, signal: dying.signal })
          .finally(() => {
            isOver = true;
          });
        while (faults.fired().length === fired && !isOver) await sleep(5);
        assert.ok(!isOver, "the update never came to where it was to die");
        dying.abort();
        await update;
        await faults.clear();
        const { outcome, intentions, status } = await json(0, "rotate");
        assert.deepEqual([outcome, intentions], ["done", []]);
        assert.equal(status.credentials[0].current.generation, 4);
      },
    );

    await t.test("a consumer goes when that was accepted, and not before", async () => {
      await configure([]);
      const { openAlarms } = await json(4, "preview");
      assert.equal(openAlarms.length, 1);
      assert.match((await run(4, "rotate")).stdout, /undeployed: .*mailman loses/);
      const acceptance = { alarm: openAlarms[0].id, until: "2026-07-10", reason: "Mailman is no more" };
      await configure([], [acceptance]);
      const { acceptedAlarms, digest } = await json(0, "preview");
      assert.equal(acceptedAlarms[0].reason, "Mailman is no more");
      assert.equal((await json(0, "deploy", "--digest", digest)).applied, true);
      assert.deepEqual((await world.credentials()).mailman?.readers, []);
    });

    assert.doesNotMatch(said.join("\n"), /[\w~.-]{3}\dQ~[\w~.-]{31,34}/, "no secret");
  });
});
