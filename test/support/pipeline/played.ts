import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import { RUN_EVENT } from "../../../infra/alerts/run-event.ts";
import { assertGolden } from "../golden.ts";
import { commentsOn, type GitHubIssue } from "./github-state.ts";
import { type PipelineWorld, startPipelineWorld } from "./pipeline-world.ts";
import { yamlEdit } from "./repository.ts";
import type { JobResult, RunResult } from "./run-workflow.ts";
import { leaksOf, secretsOf, shownBy } from "./shown-secrets.ts";

const START_MS = Date.parse("2026-03-02T08:00:00Z");
/** The credential that both stacks have from the beginning. */
export const NAME = "mailman-office365";
export const DEV = "Pulumi.dev.yaml";
export const PROD = "Pulumi.prod.yaml";

/**
 * Both stacks alike, and quick: no pauses between the proofs of a new secret, which on a busy machine may take seconds
 * nevertheless, and no splay, whose days are drawn in the order in which the engine asks for them.
 */
const settings = yamlEdit(
  [
    ["config", "keyturn:rotation"],
    { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "0 days" },
  ],
  [["config", "keyturn:verification"], { successes: 2, pause: "0 seconds", window: "15 seconds" }],
  [["config", "keyturn:credentials", 1], undefined],
);

/** A second credential, which Mailman reads. */
export function addNotifications(text: string): string {
  const { config } = parse(text) as { config: Record<string, { consumers: object[] }[]> };
  return yamlEdit([
    ["config", "keyturn:credentials", 1],
    {
      name: "mailman-notifications",
      application: {
        displayName: "Mailman (notifications)",
        permissions: { application: ["Mail.Send"] },
      },
      consumers: config["keyturn:credentials"]?.[0]?.consumers,
    },
  ])(text);
}

export const tag = (name: string, value: string) => yamlEdit([["config", "keyturn:tags", name], value]);

/** The pipelines of a repository, both of whose stacks are deployed, and how a test looks at what they showed. */
export interface Played {
  world: PipelineWorld;
  /** Holds a text against a golden file. */
  golden(name: string, text: string): Promise<void>;
  /** All comments on a pull request or an issue. */
  comments(name: string, of: { number: number }): Promise<void>;
  openIssues(): GitHubIssue[];
  /** The one open issue. */
  issue(name: string): Promise<void>;
  /** What is published in dev and in prod. */
  generations(): Promise<number[]>;
  /** What the alert on silence was told last of a stack. */
  lastOutcome(stack: string): string | undefined;
  /** Fails if anything that was shown or sent holds a secret, or something was asked of GitHub that is not emulated. */
  assertNothingLeaked(planted?: readonly string[]): Promise<void>;
}

export async function playedPipelines(
  t: Pick<TestContext, "after">,
  { testUrl, both = (text) => text }: { testUrl: string; both?: (text: string) => string },
): Promise<Played> {
  const start = (text: string) => both(settings(text));
  const world = await startPipelineWorld(t, { nowMs: START_MS, changes: { [DEV]: start, [PROD]: start } });
  await world.deployBoth();
  const { sandbox, github } = world;
  const golden = (name: string, text: string) =>
    assertGolden(testUrl, `${name}.md`, `${withoutChance(text, world).trimEnd()}\n`);
  const openIssues = () => github.state.issues.filter(({ isPull, state }) => !isPull && state === "open");
  return {
    world,
    golden,
    openIssues,
    comments: (name, { number }) => {
      const shown = commentsOn(github.state, number).map(({ body }) => body.trimEnd());
      return golden(name, shown.toSorted().join("\n\n---\n\n"));
    },
    issue: (name) => {
      const [open, ...others] = openIssues();
      assert.ok(open !== undefined && others.length === 0, "one issue");
      return golden(name, `# ${open.title}\n\nLabels: ${open.labels.join(", ")}\n\n${open.body}`);
    },
    generations: () =>
      Promise.all(
        ["dev", "prod"].map(async (stack) => {
          const { credentials } = JSON.parse(await world.pulumi(stack, ["stack", "output", "--json"]));
          return credentials[NAME].current.generation as number;
        }),
      ),
    lastOutcome: (stack) =>
      sandbox.store.state.events.customEvents
        .filter(({ name, properties }) => name === RUN_EVENT && properties.stack === stack)
        .at(-1)?.properties.outcome,
    assertNothingLeaked: async (planted = []) => {
      const secrets = [...(await secretsOf(world, ["dev", "prod"])), ...planted];
      assert.deepEqual(leaksOf(secrets, await shownBy(world)), []);
      assert.deepEqual(github.unknown, [], "GitHub was asked for what is not emulated");
    },
  };
}

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

export function job({ jobs }: RunResult, id: string): JobResult {
  const found = jobs.find((each) => each.id === id);
  assert.ok(found, `there is no job ${id}`);
  return found;
}

/** How each job ended; without the one that is started by hand, where it was not. */
export function assertEnded(run: RunResult, expected: string): void {
  const ended = run.jobs
    .filter(({ id, conclusion }) => id !== "by-hand" || conclusion !== "skipped")
    .map(({ id, conclusion }) => `${id}: ${conclusion}`);
  assert.equal(ended.join(", "), expected, run.log);
}

/** The one run that an event set off. */
export function only(runs: readonly RunResult[]): RunResult {
  const [run, ...others] = runs;
  assert.ok(run !== undefined && others.length === 0, `${runs.length} runs`);
  return run;
}
