import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { createApplication } from "../../../sandbox/entra/applications.ts";
import { addPassword } from "../../../sandbox/entra/passwords.ts";
import { certificateIn } from "../../../sandbox/host/certificate-files.ts";
import { chooseHttpsPort } from "../../../sandbox/host/https-port.ts";
import { newState } from "../../../sandbox/host/sandbox.ts";
import { cryptoRandomness } from "../../../sandbox/randomness.ts";
import { type KeyturnStack, keyturnStack } from "../keyturn-stack.ts";
import { attack } from "./attack.ts";
import { copyOfWorld, keepWorld, type PreparedWorld, type World } from "./world.ts";

/** The one credential: so that few operations make up a phase, and each of them can be struck. */
export const NAME = "mailman";

/** A stretch of a credential's life in which something dies. */
export interface Phase {
  name: PhaseName;
  /** The command that is struck. */
  command: readonly string[];
  /** How many passwords it has to make. */
  passwords: number;
  /** Generations that may be published once the next update has settled everything. */
  settled: readonly number[];
  /** Whether it deletes what was published: a leak. */
  revokes: boolean;
}

export const PHASE_NAMES = ["first deployment", "rotation", "retirement", "revocation", "recovery"] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

const up = { command: ["up"], revokes: false } as const;

export const PHASES: Readonly<Record<PhaseName, Phase>> = {
  "first deployment": { ...up, name: "first deployment", passwords: 1, settled: [1] },
  rotation: { ...up, name: "rotation", passwords: 1, settled: [2] },
  retirement: { ...up, name: "retirement", passwords: 0, settled: [2] },
  revocation: {
    name: "revocation",
    command: ["revoke", NAME, "--reason", "a test", "--yes"],
    passwords: 1,
    // Only a command that died before it had written down what it was asked leaves what was published.
    settled: [2, 3],
    revokes: true,
  },
  // The update after a rotation that died when it had made the password.
  recovery: { ...up, name: "recovery", passwords: 1, settled: [2] },
};

const SETTINGS = {
  credentials: [
    {
      name: NAME,
      application: { displayName: "Mailman", permissions: { delegated: ["Mail.Send"] } },
      consumers: [{ name: "mailman", principalId: "00000000-0000-0000-0000-000000000000" }],
    },
  ],
};

/** What people name the secrets that they make in the portal. */
export const MADE_BY_HAND = "made in the portal";

/**
 * The worlds in which the phases begin, each made from the one before. In all of them somebody made secrets by hand:
 * on the managed application, as soon as there is one, and on another of the same name.
 */
export async function prepareWorlds(
  t: Pick<TestContext, "after">,
  wanted: readonly PhaseName[] = PHASE_NAMES,
): Promise<Map<PhaseName, PreparedWorld>> {
  const cleanUps: (() => unknown)[] = [];
  try {
    return await prepare(t, { after: (cleanUp) => void cleanUps.push(cleanUp as () => unknown) }, wanted);
  } finally {
    for (const cleanUp of cleanUps.toReversed()) await cleanUp();
  }
}

async function prepare(
  t: Pick<TestContext, "after">,
  shortLived: Pick<TestContext, "after">,
  wanted: readonly PhaseName[],
): Promise<Map<PhaseName, PreparedWorld>> {
  const worlds = new Map<PhaseName, PreparedWorld>();
  const isDone = () => wanted.every((name) => worlds.has(name));
  const randomness = cryptoRandomness();
  const httpsPort = await chooseHttpsPort(undefined, newState({ nowMs: 0, randomness }), randomness);
  const stack = await keyturnStack(shortLived, { httpsPort, settings: SETTINGS });
  const keep = (name: PhaseName) => keepStack(t, stack).then((world) => void worlds.set(name, world));

  await addStranger(stack);
  await keep("first deployment");
  if (isDone()) return worlds;
  await stack.mustUp();
  await addKeyByHand(stack);
  await stack.sandbox.timeline.advance(51 * DAY_MS);
  await keep("rotation");
  if (wanted.includes("retirement") || wanted.includes("revocation")) {
    await stack.mustUp();
    await keep("revocation");
    await stack.sandbox.timeline.advance(8 * DAY_MS);
    await keep("retirement");
  }
  await stack.sandbox.close();
  const rotation = worlds.get("rotation");
  if (wanted.includes("recovery") && rotation !== undefined) {
    worlds.set("recovery", await diedWithPassword(t, shortLived, rotation));
  }
  return worlds;
}

/** A rotation whose engine was killed when the password had been made and nobody had been told its value. */
async function diedWithPassword(
  t: Pick<TestContext, "after">,
  shortLived: Pick<TestContext, "after">,
  rotation: PreparedWorld,
): Promise<PreparedWorld> {
  const world = await copyOfWorld(shortLived, rotation, { seed: "recovery" });
  const struck = await attack(world, PHASES.rotation, {
    kind: "engine-killed",
    fault: {
      match: { face: "provider", operation: "azuread.create", path: "**/ApplicationPassword/**" },
      when: { kind: "nth", n: 1 },
      effect: { kind: "hang", after: true },
    },
  });
  assert.equal(struck.end, "killed");
  await world.azure.restore();
  return keepWorld(t, world.folders, {
    env: rotation.env,
    state: await world.azure.state(),
    certificate: rotation.certificate,
  });
}

async function keepStack(t: Pick<TestContext, "after">, stack: KeyturnStack): Promise<PreparedWorld> {
  const { sandbox, env, project, backend } = stack;
  const certificate = await certificateIn(sandbox.folder, () => Promise.reject(new Error("it has one")));
  return keepWorld(
    t,
    { home: env.PULUMI_HOME ?? "", backend, project },
    { env, certificate, state: sandbox.store.state },
  );
}

/** Somebody's own application that happens to be called what ours will be. */
async function addStranger({ sandbox: { store, randomness } }: KeyturnStack): Promise<void> {
  await store.update(({ entra, clock }) => {
    const context = { nowMs: clock.nowMs, randomness };
    const stranger = createApplication(entra, { displayName: "Mailman" }, context);
    addPassword(stranger, { displayName: MADE_BY_HAND }, context);
  });
}

async function addKeyByHand(stack: KeyturnStack): Promise<void> {
  const { applicationObjectId = "" } = (await stack.credentials())[NAME] ?? {};
  const { store, randomness } = stack.sandbox;
  await store.update(({ entra, clock }) => {
    const application = entra.applications[applicationObjectId];
    assert.ok(application !== undefined);
    addPassword(application, { displayName: MADE_BY_HAND }, { nowMs: clock.nowMs, randomness });
  });
}

export type { World };
