import { createHash } from "node:crypto";
import { emptyMemory, type Memory } from "./rotation/memory.ts";
import { type Plan, PlanRefusal, planRotation } from "./rotation/plan.ts";
import type { Policy } from "./rotation/policy.ts";
import type { Published } from "./rotation/published.ts";
import { policyOf } from "./settings/consistency.ts";
import type { CredentialSettings, Settings } from "./settings/schema.ts";
import type { ReadResult } from "./vault/read-published.ts";

/** What this update does with one credential, and all that was decided on. */
export interface PlannedCredential {
  settings: CredentialSettings;
  policy: Policy;
  plan: Plan;
  published: Published | undefined;
  memory: Memory;
  settingsDigest: string;
  /** Why the credential is left as it is. */
  stopped: string | undefined;
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
 * @throws PlanRefusal listing every credential for which nothing safe can be done: then nothing at all is done.
 */
export function planCredentials(
  settings: Settings,
  read: ReadonlyMap<string, ReadResult>,
  memories: ReadonlyMap<string, Memory>,
  nowMs: number,
  lastReaders: ReadonlyMap<string, readonly string[]> = new Map(),
): PlannedCredential[] {
  const withSecrets = settings.credentials.filter(({ federated }) => federated.length === 0);
  const refusals = refusalsToRemove(withSecrets, lastReaders);
  const planned = withSecrets.flatMap((credential) => {
    const memory = memories.get(credential.name) ?? emptyMemory;
    try {
      const result = read.get(credential.name) ?? { kind: "missing" };
      return [planCredential(settings, credential, result, memory, nowMs)];
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
  settings: Settings,
  credential: CredentialSettings,
  result: ReadResult,
  memory: Memory,
  nowMs: number,
): PlannedCredential {
  const policy = policyOf(settings, credential);
  const settingsDigest = digestOf(credential, policy);
  const common = { settings: credential, policy, memory, settingsDigest };
  if (result.kind === "inconsistent") {
    return { ...common, ...planAsRemembered(credential.name, result.reason, policy, memory, nowMs) };
  }
  const published = result.kind === "published" ? result.published : undefined;
  const { hold } = credential;
  const plan = planRotation({
    policy,
    published,
    memory,
    request: credential.request,
    hold: hold === undefined ? undefined : { ...hold, untilMs: hold.until },
    settings: settingsDigest,
    nowMs,
  });
  return { ...common, plan, published, stopped: undefined };
}

/** The tags cannot be read: everything stays as the stack remembers it, and nothing is rotated or retired. */
function planAsRemembered(
  name: string,
  reason: string,
  policy: Policy,
  memory: Memory,
  nowMs: number,
): Pick<PlannedCredential, "plan" | "published" | "stopped"> {
  const { published } = memory;
  if (published === undefined) {
    throw new PlanRefusal(
      `${name}: ${reason}, and the stack does not remember what it published. Put the tags right (docs/runbooks/inconsistent-tags.md).`,
    );
  }
  const frozenAtMs = Math.min(nowMs, published.current.createdAtMs);
  const plan = planRotation({
    policy,
    published,
    memory: { ...memory, broken: undefined, failure: undefined },
    request: undefined,
    hold: undefined,
    settings: "",
    nowMs: frozenAtMs,
  });
  return { plan, published, stopped: `${reason} (docs/runbooks/inconsistent-tags.md)` };
}

/** Changes when anything changes that could make a failed verification succeed. */
function digestOf(credential: CredentialSettings, policy: Policy): string {
  return createHash("sha256")
    .update(JSON.stringify([credential, policy]))
    .digest("hex")
    .slice(0, 16);
}
