import { secretDisplayName, triggerName } from "../../../infra/credential/secret-name.ts";
import { DAY_MS } from "../../../infra/duration.ts";
import { formatInstant } from "../../../infra/instant.ts";
import type { PlannedSecret } from "../../../infra/rotation/plan-types.ts";
import type { Policy } from "../../../infra/rotation/policy.ts";
import type { CredentialSettings, RotationSettings } from "../../../infra/settings/schema.ts";
import type { Chance } from "./chance.ts";
import type { Key } from "./directory.ts";
import { type Asked, credentialName, type History, slotResource } from "./history.ts";

export const STACK = "simulated";

/** A trigger with the keepers that it was made with: later ones are ignored. */
interface Trigger {
  uuid: string;
  createdAt: string;
  expiresAt: string;
}

/** A slot's password with the inputs that it was made with: any other replaces it. */
interface Password {
  key: Key;
  inputs: string;
}

/** What the engine knows: the resources, what is still to be deleted, and the outputs of the last update. */
export interface Checkpoint {
  triggers: Map<string, Trigger>;
  passwords: Map<string, Password>;
  /** Replaced, and not deleted yet: deletions come after a good end. */
  toDelete: Key[];
  /** The inputs of the published secrets, as text. */
  secrets: Map<number, string>;
  splays: Map<number, { maxDays: number; days: number }>;
  /** An operation was under way when the engine died. */
  isPending: boolean;
  outputs: unknown;
}

export function emptyCheckpoint(): Checkpoint {
  return {
    triggers: new Map(),
    passwords: new Map(),
    toDelete: [],
    secrets: new Map(),
    splays: new Map(),
    isPending: false,
    outputs: undefined,
  };
}

/** What the stack's file says of one credential. */
export interface FileEntry {
  policy: Policy;
  request: Asked | undefined;
  hold: { untilMs: number } | undefined;
}

export function fileEntries(history: History): FileEntry[] {
  return history.credentials.map(({ policy }) => ({ policy, request: undefined, hold: undefined }));
}

const REASON = "simulated";

/** The settings that the program would read, as far as rotation does. */
export function settingsOf(entries: readonly FileEntry[]): RotationSettings {
  const credentials = entries.map(
    ({ policy, request, hold }, index): CredentialSettings => ({
      name: credentialName(index),
      application: { clientId: clientIdOf(index) },
      consumers: [],
      federated: [],
      rotation: {
        lifetime: policy.lifetimeMs,
        period: policy.periodMs,
        overlap: policy.overlapMs,
        splay: policy.splayMs,
      },
      ...(request !== undefined && { request: { ...request, reason: REASON } }),
      ...(hold !== undefined && { hold: { until: hold.untilMs, reason: REASON, pastSafeDate: false } }),
    }),
  );
  const everyDay = 24 * 3_600_000;
  return {
    rotation: { lifetime: everyDay, period: everyDay, overlap: everyDay, splay: everyDay },
    credentials,
  };
}

export function clientIdOf(credential: number): string {
  return `11111111-1111-4111-8111-${String(credential).padStart(12, "0")}`;
}

/** The trigger that a slot's secret is declared with. */
export function declaredTrigger(
  credential: number,
  secret: PlannedSecret,
): { name: string; trigger: Trigger } {
  const createdAt = formatInstant(secret.createdAtMs);
  const expiresAt = formatInstant(secret.expiresAtMs);
  const name = triggerName(credentialName(credential), secret);
  return { name, trigger: { uuid: "", createdAt, expiresAt } };
}

/** The inputs that a slot's password is declared with. */
export function declaredPassword(
  credential: number,
  secret: PlannedSecret,
  trigger: Trigger,
): { resource: string; displayName: string; inputs: string } {
  const displayName = secretDisplayName(STACK, credentialName(credential), secret);
  return {
    resource: slotResource(credential, secret.slot),
    displayName,
    inputs: `${displayName} ${trigger.expiresAt} ${trigger.uuid}`,
  };
}

/** The days by which a credential's rotations are put off: drawn anew when the most allowed changes. */
export function declaredSplay(
  checkpoint: Checkpoint,
  credential: number,
  policy: Policy,
  chance: Chance,
): number {
  const maxDays = Math.round(policy.splayMs / DAY_MS);
  const known = checkpoint.splays.get(credential);
  if (known?.maxDays === maxDays) return known.days;
  const drawn = { maxDays, days: chance.integer(0, maxDays) };
  checkpoint.splays.set(credential, drawn);
  return drawn.days;
}
