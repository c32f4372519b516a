import type { Memory } from "./memory.ts";
import type { Policy } from "./policy.ts";
import type { PreviousSecret, Published, SecretRecord, Slot } from "./published.ts";

/** What a plan is made of, and what it says. */

/** Somebody asks for something out of turn. Carried out once: the id is remembered. */
export interface Request {
  id: string;
  action: "rotate" | "revoke" | "rollback" | "retire";
  reason: string;
}

/** No rotation until a date. */
export interface Hold {
  untilMs: number;
  reason: string;
  /** Hold even past the date up to which it is safe. */
  pastSafeDate: boolean;
}

export interface PlanInput {
  /** The credential's name, for what is said to people. */
  credential: string;
  policy: Policy;
  /** What the vault publishes; undefined if there is no such secret. */
  published: Published | undefined;
  /**
   * When that version was written, by the vault's own clock. Undefined if that is not known: the dates in its
   * tags then have to do.
   */
  publishedAtMs?: number | undefined;
  memory: Memory;
  /** What is asked for now: in the settings, or by a command for this update alone. */
  request: Request | undefined;
  hold: Hold | undefined;
  /** Digest of the credential's settings: see `VerificationFailure.settings`. */
  settings: string;
  nowMs: number;
  /** The time by a second clock, which must confirm that a promise is over; undefined if none was asked. */
  witnessMs?: number | undefined;
}

export type Action =
  /** First deployment. */
  | "create"
  /** A new secret in the other slot, verified and published. */
  | "rotate"
  /** As `rotate`, and the secret before it is promised to nobody. */
  | "revoke"
  /** The previous secret is published again. */
  | "rollback"
  /** The previous secret is deleted. */
  | "retire"
  /** A new secret is wanted, but its last verification failed and the next try is later. */
  | "wait"
  /** Due, and put off by a hold. */
  | "hold"
  /** Nothing. */
  | "keep";

/** A secret that a slot holds after this update. */
export interface PlannedSecret {
  slot: Slot;
  generation: number;
  /**
   * For a secret that exists: when it was made. For a new one: now, unless an update that died has made it
   * already, in which case its own dates stand in the stack's state and count.
   */
  createdAtMs: number;
  expiresAtMs: number;
}

export interface Plan {
  action: Action;
  /** Why, in words. */
  reason: string;
  /** What a request asked for and cannot be done, in words: reported as errors, and planned without. */
  refusals: string[];
  /** What else a person has to put right, in words: reported as errors, and in no request's way. */
  remarks: string[];
  /** What is to be published; undefined leaves what is published as it is. */
  publish: Publication | undefined;
  /** What is published before this update, and stays so if verification fails. */
  current: SecretRecord | undefined;
  /** Every secret that must exist during this update, current one included. */
  slots: PlannedSecret[];
  /** The generation of the previous secret if it is gone, or goes in this update. */
  retiredGeneration: number | undefined;
  /** The ids of requests carried out, for the stack to remember; that of `publish` not among them. */
  requestsDone: string[];
  /** The same once `publish` is published. */
  requestsDoneIfPublished: string[];
  /** A command's request that is still to be carried out, unless this plan's publication does. */
  pending: Request | undefined;
  /** What happens next, and when. */
  next: { action: Action; atMs: number; reason: string };
}

/** What the next published version is made of. */
export interface Publication {
  secret: PlannedSecret;
  /** The secret published until now. */
  previous: PreviousSecret | undefined;
  /** How long whoever reads the version is promised that it works. */
  overlapMs: number;
  /** Days of splay to keep; undefined takes the credential's splay. */
  splayDays: number | undefined;
  /** From when on it is due for rotation; undefined computes it from the period and the splay. */
  rotateAfterMs: number | undefined;
  /** The id of the request that this carries out, or of the last one. */
  request: string | undefined;
}

/** A published secret as what a slot holds. */
export function plannedOf({ slot, generation, createdAtMs, expiresAtMs }: SecretRecord): PlannedSecret {
  return { slot, generation, createdAtMs, expiresAtMs };
}

/** The update must not go on: message and way out for a person. */
export class PlanRefusal extends Error {
  override readonly name = "PlanRefusal";
}
