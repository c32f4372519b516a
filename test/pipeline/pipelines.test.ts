import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, HOUR_MS } from "../../infra/duration.ts";
import { assertGolden } from "../support/golden.ts";
import { commentsOn } from "../support/pipeline/github-state.ts";
import { type PipelineWorld, startPipelineWorld } from "../support/pipeline/pipeline-world.ts";
import { yamlEdit } from "../support/pipeline/repository.ts";
import type { JobResult, RunResult } from "../support/pipeline/run-workflow.ts";
import { leaksOf, secretsOf, shownBy } from "../support/pipeline/shown-secrets.ts";

const START_MS = Date.parse("2026-03-02T08:00:00Z");
const NAME = "mailman-office365";
const DEV = "Pulumi.dev.yaml";
const PROD = "Pulumi.prod.yaml";

/**
 * Both stacks alike, and quick: no pauses between the proofs of a new secret, and no splay, whose days are drawn in
 * the order in which the engine asks for them.
 */
const settings = yamlEdit(
  [
    ["config", "keyturn:rotation"],
    { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "0 days" },
  ],
  [["config", "keyturn:verification"], { successes: 2, pause: "0 seconds", window: "1 second" }],
  [["config", "keyturn:credentials", 1], undefined],
);

const addNotifications = yamlEdit([
  ["config", "keyturn:credentials", 1],
  {
    name: "mailman-notifications",
    application: { displayName: "Mailman (notifications)", permissions: { application: ["Mail.Send"] } },
  },
]);
const shortenLifetime = yamlEdit(
  [["config", "keyturn:rotation", "lifetime"], "80 days"],
  [["config", "keyturn:rotation", "period"], "40 days"],
);
const removeConsumer = yamlEdit([["config", "keyturn:credentials", 0, "consumers"], []]);
const tag = (name: string, value: string) => yamlEdit([["config", "keyturn:tags", name], value]);

/** What is drawn by lot, or counts what came before, in a text that people see. */
function withoutChance(text: string, { github }: PipelineWorld): string {
  return text
    .replaceAll(github.origin, "https://github.example")
    .replaceAll(/[0-9a-f]{8}(?:(?:-|&#45;)[0-9a-f]{4}){3}(?:-|&#45;)[0-9a-f]{12}/g, "ID")
    .replaceAll(/\b[0-9a-f]{40}\b/g, "COMMIT")
    .replaceAll(/\b[0-9a-f]{10}\b/g, "COMMIT")
    .replaceAll(/sha256(:|&#58;)[0-9a-f]{32}/g, "sha256$1DIGEST")
    .replaceAll(/\/runs\/\d+/g, "/runs/RUN");
}

function job({ jobs }: RunResult, id: string): JobResult {
  const found = jobs.find((each) => each.id === id);
  assert.ok(found, `there is no job ${id}`);
  return found;
}

/** How each job ended; without the one that is started by hand, where it was not. */
function assertEnded(run: RunResult, expected: string): void {
  const ended = run.jobs
    .filter(({ id, conclusion }) => id !== "by-hand" || conclusion !== "skipped")
    .map(({ id, conclusion }) => `${id}: ${conclusion}`);
  assert.equal(ended.join(", "), expected, run.log);
}

/** The one run that an event set off. */
function only(runs: readonly RunResult[]): RunResult {
  const [run, ...others] = runs;
  assert.ok(run !== undefined && others.length === 0, `${runs.length} runs`);
  return run;
}

describe("the pipelines, played on this machine", () => {
  it("tell, apply, rotate, refuse and report", { timeout: 900_000 }, async (t) => {
    const world = await startPipelineWorld(t, {
      nowMs: START_MS,
      changes: { [DEV]: settings, [PROD]: settings },
    });
    const { sandbox, github } = world;
    await world.deployBoth();

    const golden = (name: string, text: string) =>
      assertGolden(import.meta.url, `${name}.md`, `${withoutChance(text, world).trimEnd()}\n`);
    const comments = (name: string, { number }: { number: number }) => {
      const shown = commentsOn(github.state, number).map(({ body }) => body.trimEnd());
      return golden(name, shown.toSorted().join("\n\n---\n\n"));
    };
    const openIssues = () => github.state.issues.filter(({ isPull, state }) => !isPull && state === "open");
    const issue = (name: string) => {
      const [open, ...others] = openIssues();
      assert.ok(open !== undefined && others.length === 0, "one issue");
      return golden(name, `# ${open.title}\n\nLabels: ${open.labels.join(", ")}\n\n${open.body}`);
    };
    const generations = () =>
      Promise.all(
        ["dev", "prod"].map(async (stack) => {
          const { credentials } = JSON.parse(await world.pulumi(stack, ["stack", "output", "--json"]));
          return credentials[NAME].current.generation as number;
        }),
      );

    await t.test("a pull request that adds a credential", async () => {
      const { pull, runs } = await world.openPull({
        branch: "add-notifications",
        title: "Send notifications",
        changes: { [DEV]: addNotifications },
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

    await t.test("a scheduled run with nothing due changes nothing", async () => {
      const run = await world.schedule("rotate.yml");
      assertEnded(run, "dev: success, prod: success");
      assert.deepEqual(await generations(), [1, 1]);
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

    await t.test("a rotation that meets drift leaves everything as it is", async () => {
      const undo = await takeReaderAway(world);
      const run = await world.schedule("rotate.yml");
      assertEnded(run, "dev: failure, prod: skipped");
      await issue("drift-issue");
      await golden("drift-summary", job(run, "dev").summary);
      await undo();
    });

    await t.test("a secret that cannot be proved: an issue, which the next good run closes", async () => {
      await sandbox.timeline.advance(46 * DAY_MS);
      const setPropagation = (delays: number[]) =>
        sandbox.store.update(({ entra }) => {
          entra.settings.secretPropagationMs = delays;
        });
      const usual = [...sandbox.store.state.entra.settings.secretPropagationMs];
      await setPropagation([DAY_MS]);
      const failed = await world.schedule("rotate.yml");
      await setPropagation(usual);
      assertEnded(failed, "dev: failure, prod: skipped");
      assert.deepEqual(await generations(), [2, 2], "what was published stays published");
      await issue("verification-failed-issue");
      await golden("verification-failed-summary", job(failed, "dev").summary);

      await sandbox.timeline.advance(2 * HOUR_MS);
      assertEnded(await world.schedule("rotate.yml"), "dev: success, prod: success");
      // A generation that Entra has refused is never tried again: in dev that was the third.
      assert.deepEqual(await generations(), [4, 3]);
      assert.deepEqual(openIssues(), []);
      const closed = github.state.issues.find(({ isPull }) => !isPull);
      await comments("issue-closed-comments", closed ?? { number: 0 });
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

    await t.test("no secret is in anything that a run showed or sent", async () => {
      const shown = await shownBy(world);
      assert.deepEqual(leaksOf(await secretsOf(world, ["dev", "prod"]), shown), []);
      assert.deepEqual(github.unknown, [], "GitHub was asked for what is not emulated");
    });
  });
});

/** Takes Mailman's right to read its secret in dev away, as somebody in the portal may; returns what undoes it. */
async function takeReaderAway({ sandbox }: PipelineWorld): Promise<() => Promise<void>> {
  const { store } = sandbox;
  const id = Object.keys(store.state.arm.resources).find((each) =>
    /kv-sell-mail-dev\/secrets\/.*roleassignments/i.test(each),
  );
  const resource = store.state.arm.resources[id ?? ""];
  assert.ok(id !== undefined && resource !== undefined);
  await store.update(({ arm }) => {
    delete arm.resources[id];
  });
  return () =>
    store.update(({ arm }) => {
      arm.resources[id] = structuredClone(resource);
    });
}
