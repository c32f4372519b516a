import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { commentsOn } from "../support/pipeline/github-state.ts";
import {
  addNotifications,
  assertEnded,
  DEV,
  job,
  only,
  PROD,
  playedPipelines,
  tag,
} from "../support/pipeline/played.ts";
import { yamlEdit } from "../support/pipeline/repository.ts";

const shortenLifetime = yamlEdit(
  [["config", "keyturn:rotation", "lifetime"], "80 days"],
  [["config", "keyturn:rotation", "period"], "40 days"],
);
const removeConsumer = yamlEdit([["config", "keyturn:credentials", 0, "consumers"], []]);

describe("the pipelines, played on this machine: what people change", () => {
  it("is shown, reviewed, applied or refused", { timeout: 1_500_000 }, async (t) => {
    const { world, golden, comments, issue, assertNothingLeaked } = await playedPipelines(t, {
      testUrl: import.meta.url,
    });
    const { github } = world;

    await t.test("a pull request that adds a credential; prod waits for its approval", async () => {
      const { pull, runs } = await world.openPull({
        branch: "add-notifications",
        title: "Send notifications",
        changes: { [DEV]: addNotifications, [PROD]: addNotifications },
      });
      const run = only(runs);
      assertEnded(run, "preview (dev): success, preview (prod): success");
      await comments("credential-added-comments", pull);
      await golden("credential-added-summary", job(run, "preview (dev)").summary);

      world.refused.add("prod");
      const merged = only(await world.merge(pull));
      world.refused.delete("prod");
      assertEnded(merged, "dev: success, prod: waiting");
      assert.deepEqual(
        merged.jobs.map(({ environment, concurrency }) => [environment, concurrency]),
        [
          ["dev", "deploy-dev"],
          ["prod", "deploy-prod"],
          [undefined, undefined],
        ],
      );
      await golden("credential-added-merged-summary", job(merged, "dev").summary);
      assert.deepEqual(world.approvals, []);

      const comment = commentsOn(github.state, pull.number).find(({ body }) => body.includes("preview/prod"));
      const digest = /sha256:[0-9a-f]{32}/.exec(comment?.body ?? "")?.[0] ?? "";
      const approved = await world.dispatch("merge.yml", { stack: "prod", digest });
      assertEnded(approved, "dev: skipped, prod: skipped, by-hand: success");
      assert.deepEqual(world.approvals, ["prod"]);
      await golden("credential-added-prod-summary", job(approved, "by-hand").summary);
    });

    await t.test("a pull request that shortens a lifetime", async () => {
      const { pull, runs } = await world.openPull({
        branch: "shorter",
        title: "Rotate more often",
        changes: { [DEV]: shortenLifetime },
      });
      assertEnded(only(runs), "preview (dev): success, preview (prod): success");
      await comments("lifetime-shortened-comments", pull);
    });

    await t.test("a pull request that would break a consumer is red until somebody accepts it", async () => {
      const { pull, runs } = await world.openPull({
        branch: "remove-consumer",
        title: "Mailman no longer reads its secret",
        changes: { [DEV]: removeConsumer },
      });
      assertEnded(only(runs), "preview (dev): failure, preview (prod): success");
      await comments("consumer-removed-comments", pull);

      const comment = commentsOn(github.state, pull.number).find(({ body }) => body.includes("preview/dev"));
      const alarm = /alarm: ([0-9a-f]+)/.exec(comment?.body ?? "")?.[1];
      assert.ok(comment !== undefined && alarm !== undefined, comment?.body);
      const acceptance = { alarm, until: "2026-03-20", reason: "it has moved to a workload identity" };
      const accept = yamlEdit([["config", "keyturn:acceptedAlarms"], [acceptance]]);
      const accepted = only(await world.pushToPull(pull, "Accept it", { [DEV]: accept }));
      assertEnded(accepted, "preview (dev): success, preview (prod): success");
      await comments("consumer-removed-accepted-comments", pull);
      assert.equal(comment.edits, 1, "the comment was edited; there is no second one");
    });

    await t.test("a pull request that breaks a mandatory policy is red, and says which", async () => {
      const unprotected = (text: string) =>
        text.replace("enablePurgeProtection: true", "enablePurgeProtection: false");
      const { pull, runs } = await world.openPull({
        branch: "no-purge-protection",
        title: "Purge vaults at once",
        changes: { "infra/vault/declare-vault.ts": unprotected },
      });
      assertEnded(only(runs), "preview (dev): failure, preview (prod): failure");
      await comments("policy-broken-comments", pull);
    });

    await t.test("a pull request that replaces living secrets, as an upgrade may, is red", async () => {
      const renamed = (text: string) =>
        text.replace(
          /displayName: (secretDisplayName\(.*?\)),/,
          "displayName: $1.replace(stack, 'upgraded'),",
        );
      const { pull, runs } = await world.openPull({
        branch: "upgrade",
        title: "Upgrade the provider",
        changes: { "infra/credential/slot-secret.ts": renamed },
      });
      assertEnded(only(runs), "preview (dev): failure, preview (prod): failure");
      await comments("living-secret-replaced-comments", pull);
    });

    await t.test("what nobody reviewed is not deployed, and no rotation deploys it", async () => {
      const pushed = only(await world.pushToMain("Quickly", { [DEV]: tag("team", "sell-platform") }));
      assertEnded(pushed, "dev: failure, prod: skipped");
      const { summary } = job(pushed, "dev");
      await golden("unreviewed-summary", summary);

      assertEnded(await world.schedule("rotate.yml"), "dev: failure, prod: skipped");
      await issue("unreviewed-issue");

      const digest = /sha256:[0-9a-f]{32}/.exec(summary)?.[0] ?? "";
      const byHand = await world.dispatch("merge.yml", { stack: "dev", digest });
      assertEnded(byHand, "dev: skipped, prod: skipped, by-hand: success");
      assert.equal(job(byHand, "by-hand").environment, "dev");
      await golden("by-hand-summary", job(byHand, "by-hand").summary);
    });

    await t.test("a fork's pull request is given no token, and says so", async () => {
      const before = github.state.comments.length;
      const { runs } = await world.openPull({
        branch: "stranger",
        title: "Hello",
        changes: { [DEV]: tag("owner", "stranger") },
        from: await world.fork(),
      });
      const run = only(runs);
      assertEnded(run, "preview (dev): success, preview (prod): success");
      assert.equal(github.state.comments.length, before);
      await golden("fork-summary", job(run, "preview (dev)").summary);
    });

    await t.test("no secret is in anything that a run showed or sent", () => assertNothingLeaked());
  });
});
