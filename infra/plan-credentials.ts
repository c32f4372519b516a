import { createHash } from "node:crypto";
import { emptyMemory, type Memory } from "./rotation/memory.ts";
import { planRotation } from "./rotation/plan.ts";
import { planNeverPublished, planNothing } from "./rotation/plan-nothing.ts";
import { type Plan, PlanRefusal, plannedOf } from "./rotation/plan-types.ts";
import type { Policy } from "./rotation/policy.ts";
import { contradiction, type Published } from "./rotation/published.ts";
import { wantedRequest } from "./rotation/situation.ts";
import { policyOf } from "./settings/consistency.ts";
import {
  type CredentialSettings,
  type RotationSettings,
  type Settings,
  verificationDefaults,
} from "./settings/schema.ts";
import type { Move, PlacedRead } from "./vault/move.ts";
import type { Inconsistency, ReadResult } from "./vault/read-published.ts";

/** What the plans depend on; a rotation without a tenant of its own is planned for in simulations alone. */
export type PlanSettings = RotationSettings & Partial<Pick<Settings, "tenantId" | "verification">>;

/** What this update does with one credential, and all that was decided on. */
export interface PlannedCredential {
  settings: CredentialSettings;
  policy: Policy;
  plan: Plan;
  published: Published | undefined;
  memory: Memory;
  settingsDigest: string;
  /** What this update does about the vaults; undefined if the credential stays where it is. */
  move?: Move | undefined;
  /** Why the credential is left as it is. */
  stopped: string | undefined;
  /** The stack may have made secrets for it that it does not remember: no update may delete what it does not declare. */
  keepsUndeclared?: boolean;
}

/** A credential that somebody still reads must not vanish from the settings, or lose its secrets to federation. */
function refusalsToRemove(
  remaining: readonly CredentialSettings[],
  lastReaders: ReadonlyMap<string, readonly string[]>,
): string[] {
  const names = new Set(remaining.map(({ name }) => name));
  return [...lastReaders]
    .filter(([name, readers]) => !names.has(name) && readers.length > 0)
    .map(
      ([name, readers]) =>
        `  ${name} is no longer declared with a secret, but ${readers.join(", ")} may still read it. ` +
        "Remove its consumers and update, so that whoever still uses it shows; then remove the credential.",
    );
}

/**
 * Plans every credential that has secrets.
 * @param lastReaders the consumers after the last update, by credential.
 * @param witnessMs the time by a second clock, if one was asked.
 * @throws PlanRefusal listing every credential for which nothing safe can be done: then nothing at all is done.
 */
export function planCredentials(
  settings: PlanSettings,
  read: ReadonlyMap<string, PlacedRead>,
  memories: ReadonlyMap<string, Memory>,
  nowMs: number,
  lastReaders: ReadonlyMap<string, readonly string[]> = new Map(),
  witnessMs?: number,
): PlannedCredential[] {
  const withSecrets = settings.credentials.filter(({ federated }) => federated.length === 0);
  const refusals = refusalsToRemove(withSecrets, lastReaders);
  const planned = withSecrets.flatMap((credential) => {
    const memory = memories.get(credential.name) ?? emptyMemory;
    try {
      const result: PlacedRead = read.get(credential.name) ?? { kind: "missing" };
      if (result.moveRefusal !== undefined) throw new PlanRefusal(result.moveRefusal);
      return [planCredential(settings, credential, result, memory, { nowMs, witnessMs })];
    } catch (error) {
      if (!(error instanceof PlanRefusal)) throw error;
      refusals.push(`  ${error.message}`);
      return [];
    }
  });
  if (refusals.length > 0) throw new PlanRefusal(`nothing was changed:\n${refusals.join("\n")}`);
  return planned;
}

function planCredential(
  settings: PlanSettings,
  credential: CredentialSettings,
  result: PlacedRead,
  memory: Memory,
  { nowMs, witnessMs }: { nowMs: number; witnessMs: number | undefined },
): PlannedCredential {
  const policy = policyOf(settings, credential);
  const request = wantedRequest({ request: credential.request, memory }, memory.requests);
  const asked = request === undefined ? credential : { ...credential, request };
  const settingsDigest = digestOf(asked, policy, settings);
  const common = { settings: credential, policy, memory, settingsDigest, move: result.move };
  const doubt = inconsistencyOf(result, memory);
  if (doubt !== undefined) return { ...common, ...planAsRemembered(doubt, policy, memory, nowMs) };
  const published = result.kind === "published" ? result.published : undefined;
  refuseOtherApplication(credential, published);
  const { hold } = credential;
  const plan = planRotation({
    credential: credential.name,
    policy,
    published,
    publishedAtMs: result.kind === "published" ? result.publishedAtMs : undefined,
    memory,
    request: credential.request,
    hold: hold === undefined ? undefined : { ...hold, untilMs: hold.until },
    settings: settingsDigest,
    nowMs,
    witnessMs,
  });
  return { ...common, plan, published, stopped: undefined };
}

const TAGS_RUNBOOK = "docs/runbooks/inconsistent-tags.md";

/** Why what the vault says cannot be believed: by itself, or because the stack remembers it otherwise. */
function inconsistencyOf(result: ReadResult, memory: Memory): Inconsistency | undefined {
  if (result.kind === "inconsistent") return result;
  if (result.kind === "missing" || memory.published === undefined) return undefined;
  const reason = contradiction(result.published, memory.published);
  const { keyId, expiresAtMs } = result.published.current;
  return reason === undefined
    ? undefined
    : { reason: `the tags of the published secret were changed: ${reason}`, keyId, expiresAtMs };
}

/**
 * The tags cannot be believed: everything stays as the stack remembers it, if it remembers this publication. If it does
 * not, what it remembers may be out of date as well: an update that died, and then a version that somebody wrote by
 * hand. The secret published last by its knowledge is kept, and nothing else of the credential is touched.
 */
function planAsRemembered(
  { reason, keyId, expiresAtMs }: Inconsistency,
  policy: Policy,
  memory: Memory,
  nowMs: number,
): Pick<PlannedCredential, "plan" | "published" | "stopped" | "keepsUndeclared"> {
  const { published } = memory;
  if (published === undefined) {
    const stopped = `${reason}, and the stack has never published it: another name is needed, or its tags (${TAGS_RUNBOOK})`;
    // With a key's id in its tags it may have been ours, by an update that died.
    const keepsUndeclared = keyId !== undefined;
    return { plan: planNeverPublished(memory, nowMs), published, stopped, keepsUndeclared };
  }
  const isRemembered = published.current.keyId === keyId || published.current.expiresAtMs === expiresAtMs;
  const plan = planNothing(published, memory, policy);
  if (isRemembered) return { plan, published, stopped: `${reason} (${TAGS_RUNBOOK})` };
  const { current } = published;
  return {
    plan: { ...plan, slots: [plannedOf(current)] },
    published,
    stopped: `${reason}, and the stack does not remember this publication: until that is put right, no update of this stack deletes any secret (${TAGS_RUNBOOK})`,
    keepsUndeclared: true,
  };
}

/** Another application has other secrets: its credential is another credential. */
function refuseOtherApplication(
  { name, application }: CredentialSettings,
  published: Published | undefined,
): void {
  if (published === undefined || !("clientId" in application)) return;
  if (application.clientId === published.clientId.toLowerCase()) return;
  throw new PlanRefusal(
    `${name} publishes secrets of application ${published.clientId}, but the settings say ${application.clientId}. ` +
      "Its consumers would hold a secret of an application that they do not know: give the other application a credential of another name.",
  );
}

/**
 * Changes when anything changes that could make a failed verification succeed. What the stack says counts where it
 * differs from the defaults, so that the digest of a stack that says nothing stays what it was.
 */
function digestOf(credential: CredentialSettings, policy: Policy, settings: PlanSettings): string {
  const { successes, pause, window } = settings.verification ?? {};
  const own = Object.entries({ successes, pause, window }).filter(
    ([name, value]) =>
      value !== undefined && value !== verificationDefaults[name as keyof typeof verificationDefaults],
  );
  const parts = [credential, policy, ...(own.length > 0 ? [own] : [])];
  const digest = shortHash(JSON.stringify(parts), 16);
  return settings.tenantId === undefined ? digest : `${digest}/${shortHash(settings.tenantId, 8)}`;
}

function shortHash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
