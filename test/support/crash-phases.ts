import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { DAY_MS } from "../../infra/duration.ts";
import { brokenInvariants, type CutShort, keyturn, leftovers, upKilledAt } from "./crash.ts";
import { type KeyturnStack, keyturnStack } from "./keyturn-stack.ts";

/** A stretch of a credential's life during which the engine is killed. */
export interface Phase {
  name: string;
  /** Brings a fresh stack to the moment before the update that is cut short. */
  prepare(stack: KeyturnStack): Promise<void>;
  /** The environment of the update that is cut short. */
  env: Record<string, string>;
  /** Generations that may be published once everything is settled. */
  settled: readonly number[];
}

const NAME = "mailman";

/** One credential, so that few operations make up a phase and each of them can be killed at. */
export const ONE_CREDENTIAL = {
  credentials: [
    {
      name: NAME,
      application: { displayName: "Mailman", permissions: { delegated: ["Mail.Send"] } },
      consumers: [{ name: "mailman", principalId: "00000000-0000-0000-0000-000000000000" }],
    },
  ],
};

async function rotated(stack: KeyturnStack): Promise<void> {
  await stack.mustUp();
  await stack.sandbox.timeline.advance(51 * DAY_MS);
  await stack.mustUp();
}

export const PHASES: readonly Phase[] = [
  { name: "first deployment", prepare: async () => {}, env: {}, settled: [1] },
  {
    name: "rotation",
    prepare: async (stack) => {
      await stack.mustUp();
      await stack.sandbox.timeline.advance(51 * DAY_MS);
    },
    env: {},
    settled: [2],
  },
  {
    name: "retirement",
    prepare: async (stack) => {
      await rotated(stack);
      await stack.sandbox.timeline.advance(8 * DAY_MS);
    },
    env: {},
    settled: [2],
  },
  {
    name: "revocation",
    prepare: rotated,
    env: {
      KEYTURN_REQUESTS: JSON.stringify({ [NAME]: { id: "leak-1", action: "revoke", reason: "a test" } }),
    },
    // An update that died before it published, and is not asked again, leaves what was published.
    settled: [2, 3],
  },
];

/**
 * Kills the engine at one operation of a phase, and lets `keyturn up` settle what is left.
 * @returns "ended" if the phase has fewer operations than `n`.
 * @throws AssertionError if anything that must hold does not.
 */
export async function survive(
  t: Pick<TestContext, "after">,
  phase: Phase,
  n: number,
  after: boolean,
): Promise<CutShort> {
  const stack = await keyturnStack(t, { seed: `${phase.name} ${n} ${after}`, settings: ONE_CREDENTIAL });
  await phase.prepare(stack);
  if ((await upKilledAt(stack, n, after, phase.env)) === "ended") return "ended";
  assert.deepEqual(brokenInvariants(stack), [], "right after the engine was killed");

  const result = await keyturn(stack, ["up", "--json", "--quiet"]);
  assert.equal(result.exitCode, 0, result.stderr);
  const credentials = await stack.credentials();
  assert.deepEqual(Object.keys(credentials), [NAME]);
  const generation = credentials[NAME]?.current?.generation ?? 0;
  assert.ok(phase.settled.includes(generation), `generation ${generation} is published`);
  assert.deepEqual(brokenInvariants(stack), [], "after keyturn up");
  assert.deepEqual(await leftovers(stack, credentials), []);

  const unchanged = await stack.preview(["--expect-no-changes"]);
  assert.equal(unchanged.exitCode, 0, unchanged.stdout);
  return "killed";
}
