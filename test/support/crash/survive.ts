import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";
import type { TestContext } from "node:test";
import { exitCodes } from "../../../cli/exit-codes.ts";
import type { CredentialOutput } from "../../../infra/credential-output.ts";
import { HOUR_MS, MINUTE_MS } from "../../../infra/duration.ts";
import type { LoggedCall } from "../../../sandbox/host/call-log.ts";
import type { State } from "../../../sandbox/state.ts";
import { attack, type Strike, type Struck } from "./attack.ts";
import {
  brokenInvariants,
  handMadeKeyIds,
  keysIn,
  knownKeyIds,
  leftovers,
  ownKeyIds,
  publishedKeyIds,
} from "./invariants.ts";
import { MADE_BY_HAND, NAME, PHASES, type Phase, type PhaseName } from "./phases.ts";
import { copyOfWorld, type PreparedWorld, type World } from "./world.ts";

/** What a point showed. */
export interface Survived {
  struck: Omit<Struck, "result">;
  /** How many passwords were made, by what was struck and by the update that settled it. */
  passwords: number;
  /** How many of them were lost with the answer that had their value. */
  lost: number;
  /** Whether the next update had to wait out a failed verification. */
  backedOff: boolean;
}

/** Past the first pause after a failed verification. */
const BACK_OFF_MS = HOUR_MS + MINUTE_MS;

/** A strike at one phase of a credential's life. */
export interface Blow {
  phase: PhaseName;
  strike: Strike;
  /** Decides the ids and values that are drawn. */
  seed: string;
  /** The struck command's own time limit: what ends it if it hangs. */
  boundMs?: number | undefined;
  /** Whether a preview shows in the end that there is nothing left to do. Default: true. */
  previews?: boolean;
}

/** How often a command gets twice the time, if its limit ended it before it was struck: the machine is busy. */
const MOST_TRIES = 4;

/**
 * Strikes once and lets the next `keyturn up` settle what is left.
 * @throws AssertionError if anything that must hold does not.
 */
export async function survive(
  t: Pick<TestContext, "after">,
  prepared: PreparedWorld,
  blow: Blow,
): Promise<Survived> {
  const phase = PHASES[blow.phase];
  let { world, struck } = await strikeAt(t, prepared, blow);
  for (let tries = 1; tries < MOST_TRIES && struck.end === "not reached"; tries++) {
    if (struck.result.exitCode !== exitCodes.timeout || blow.boundMs === undefined) break;
    await world.azure.close();
    const boundMs = blow.boundMs * 2 ** tries;
    ({ world, struck } = await strikeAt(t, prepared, { ...blow, boundMs }));
  }
  if (blow.strike.kind !== "engine-killed")
    assert.notEqual(struck.end, "killed", "it does not end by itself");
  if (struck.end === "not reached") assert.equal(struck.result.exitCode, 0, struck.result.stderr);
  const after = await world.azure.state();
  const lost = await lostPasswords(world, prepared.state, after);
  mustHold(phase, prepared.state, after, "at once");
  if (blow.strike.kind === "command-stopped") await endedInOrder(world, struck, lost);

  await world.azure.restore();
  const calls = await world.azure.calls();
  const { credentials, backedOff } = await settle(world, phase);
  const settled = await world.azure.state();
  mustHold(phase, prepared.state, settled, "after keyturn up");
  assert.deepEqual(leftovers(settled, await world.checkpoint(), credentials), []);

  const passwords =
    ownKeyIds(after).filter((id) => !ownKeyIds(prepared.state).includes(id)).length +
    passwordsMade((await world.azure.calls()).slice(calls.length));
  assert.ok(
    passwords <= phase.passwords + lost,
    `${passwords} passwords were made, of which ${lost} were lost; ${phase.passwords} are needed`,
  );
  if (blow.previews ?? true) {
    const unchanged = await world.pulumi(["preview", "--diff", "--expect-no-changes"]);
    assert.equal(unchanged.exitCode, 0, unchanged.stdout);
  }
  const { end, at, tookMs } = struck;
  return { struck: { end, at, tookMs }, passwords, lost, backedOff };
}

async function strikeAt(
  t: Pick<TestContext, "after">,
  prepared: PreparedWorld,
  { phase, strike, seed, boundMs }: Blow,
): Promise<{ world: World; struck: Struck }> {
  const world = await copyOfWorld(t, prepared, { ownProcess: strike.kind === "sandbox-killed", seed });
  return { world, struck: await attack(world, PHASES[phase], strike, boundMs) };
}

/** Nobody who could work before must be unable to, and nothing of people's own may be gone. */
function mustHold(phase: Phase, before: State, now: State, when: string): void {
  assert.deepEqual(brokenInvariants(now), [], when);
  const keys = new Set(keysIn(now).map(({ keyId }) => keyId));
  const promised = [...handMadeKeyIds(before), ...(phase.revokes ? [] : publishedKeyIds(before))];
  assert.deepEqual(
    promised.filter((keyId) => !keys.has(keyId)),
    [],
    `keys are gone ${when}`,
  );
}

/** Who is asked to stop writes down what was under way, and lets go of the stack. */
async function endedInOrder(world: World, { end, result }: Struck, lost: number): Promise<void> {
  assert.ok(end === "unharmed" || result.exitCode === exitCodes.cancelled, result.stderr);
  assert.equal(lost, 0, "a password is lost");
  const { pending_operations: pending = [] } = await world.checkpoint();
  assert.deepEqual(pending, []);
  assert.deepEqual(await locksIn(world), []);
}

async function locksIn({ folders }: World): Promise<string[]> {
  const entries = await readdir(join(folders.backend, ".pulumi"), { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) =>
    entry.isFile() && entry.parentPath.includes(`${sep}locks`) ? [entry.name] : [],
  );
}

/** Passwords that were made and that the stack does not know: nobody has their value. */
async function lostPasswords(world: World, before: State, after: State): Promise<number> {
  const known = new Set([...knownKeyIds(await world.checkpoint()), ...ownKeyIds(before)]);
  return ownKeyIds(after).filter((keyId) => !known.has(keyId)).length;
}

function passwordsMade(calls: readonly LoggedCall[]): number {
  return calls.filter(
    ({ operation, path, outcome }) =>
      operation === "azuread.create" && path.includes("/ApplicationPassword/") && outcome === "ok",
  ).length;
}

interface Settled {
  credentials: Record<string, CredentialOutput>;
  backedOff: boolean;
}

/**
 * The next update, as the pipeline runs it. What was asked for it carries on with; only what died before it was
 * written down is asked for again.
 */
async function settle(world: World, phase: Phase): Promise<Settled> {
  const isNoted = (await outputsOf(world))[NAME]?.pending !== undefined;
  const update = (...command: string[]) => world.keyturn([...command, "--json", "--quiet"]);
  let result = await update("up");
  // A verification that failed is tried again after a pause; until then its reason is a person's to see.
  const backedOff = result.exitCode === 4 && /verification failed/.test(result.stderr);
  if (backedOff) {
    await world.azure.advance(BACK_OFF_MS);
    result = await update("up");
  }
  assert.equal(result.exitCode, 0, result.stderr);
  let credentials = await outputsOf(world);
  const generation = credentials[NAME]?.current?.generation ?? 0;
  const settled = isNoted ? phase.settled.slice(-1) : phase.settled;
  assert.ok(settled.includes(generation), `generation ${generation} is published`);
  reportsHandMade(result.stdout, await world.azure.state(), credentials);
  if (generation !== phase.settled.at(-1)) {
    const again = await world.keyturn([...phase.command, "--json", "--quiet"]);
    assert.equal(again.exitCode, 0, again.stderr);
    credentials = await outputsOf(world);
    assert.equal(credentials[NAME]?.current?.generation, phase.settled.at(-1), "asked for again");
  }
  if (phase.revokes) assert.equal(credentials[NAME]?.previous, undefined, "what leaked is gone");
  return { credentials, backedOff };
}

async function outputsOf(world: World): Promise<Record<string, CredentialOutput>> {
  const { resources = [] } = await world.checkpoint();
  const { outputs } = resources.find(({ type }) => type === "pulumi:pulumi:Stack") ?? {};
  return (outputs?.credentials ?? {}) as Record<string, CredentialOutput>;
}

/** Keys that people made on a managed application are told of, and nothing more. */
function reportsHandMade(
  stdout: string,
  { entra }: State,
  credentials: Readonly<Record<string, CredentialOutput>>,
): void {
  const managed = new Set(Object.values(credentials).map(({ applicationObjectId }) => applicationObjectId));
  const expected = Object.values(entra.applications)
    .filter(({ id }) => managed.has(id))
    .flatMap(({ passwordCredentials }) => passwordCredentials)
    .filter(({ displayName }) => displayName === MADE_BY_HAND)
    .map(({ keyId }) => keyId);
  const { handMade = [] } = JSON.parse(stdout) as { handMade?: { keyId: string }[] };
  assert.deepEqual(
    handMade.map(({ keyId }) => keyId),
    expected,
    "keys made by hand are reported",
  );
}
