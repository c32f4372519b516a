import type { Policy } from "../../../infra/rotation/policy.ts";
import type { Slot } from "../../../infra/rotation/published.ts";

/**
 * What happens to a stack over the years, as plain data: any step can be left out or made simpler and the rest
 * still makes sense, which is how a failing history is made short.
 */
export interface History {
  /** Decides the consumers' ages and everything that is left to chance within a run. */
  seed: number;
  /** Whether updates keep running: at least daily, never two in a row without success. Then nothing at all may fail. */
  steady: boolean;
  credentials: { policy: Policy; consumers: number }[];
  steps: Step[];
}

/** Some time goes by, things are changed, and an update runs. */
export interface Step {
  seed: number;
  gap: Gap;
  /** `pulumi up` by itself, or `keyturn up`, which settles, repeats and cleans up around it. */
  command: "pulumi" | "keyturn";
  /** Changes of the stack's file; they stay. */
  changes?: Change[];
  /** Requests for this update alone, as the operator's commands make them. */
  asks?: { credential: number; request: Asked }[];
  /** Verifications that fail in this update. */
  refusals?: Refusal[];
  /** How far the clock that the program reads is behind, in milliseconds. */
  behindMs?: number;
  /** How far it is ahead; the second clock is right. */
  aheadMs?: number;
  /** How long the update stands still between proof and publication, in milliseconds: a laptop that sleeps. */
  suspendMs?: number;
  fault?: Fault;
  sabotage?: Sabotage;
}

export type Gap =
  | { kind: "after"; ms: number }
  /** To the nearest moment at which the plans say that something happens next, and a little more or less. */
  | { kind: "next"; offsetMs: number }
  /** To a date of one credential's secrets. */
  | { kind: "date"; credential: number; of: DateOf; offsetMs: number };

export type DateOf = "due" | "expiry" | "retirement" | "previous expiry" | "creation";

export interface Asked {
  id: string;
  action: "rotate" | "revoke" | "rollback" | "retire";
}

export type Change = { credential: number } & (
  | { kind: "policy"; policy: Policy }
  /** `null` takes it out of the stack's file again. */
  | { kind: "request"; request: Asked | null }
  | { kind: "hold"; forMs: number | null }
);

export interface Refusal {
  credential: number;
  role: "candidate" | "current";
  kind: "rejected" | "unavailable";
}

export interface Fault {
  /** The operation of the update at which it strikes, from 0. */
  at: number;
  kind: /** The engine is killed before the operation, or after it and before it is written down. */
    | "killed before"
    | "killed after"
    /** The operation fails, or succeeds and reports a failure: the update ends in an error. */
    | "fails"
    | "answer lost";
}

export type Sabotage =
  /** Somebody deletes a secret in the portal; `noticed`: and `pulumi refresh` runs. */
  | { kind: "key deleted"; credential: number; which: "current" | "previous"; noticed: boolean }
  /** The vault cannot be read, the published secret is deleted, or an older version is current: for this update. */
  | { kind: "vault unreadable" }
  | { kind: "secret missing"; credential: number }
  | { kind: "older version"; credential: number };

/** The resource that holds a slot's password. */
export function slotResource(credential: number, slot: Slot): string {
  return `${credentialName(credential)}-${slot}`;
}

export function credentialName(credential: number): string {
  return `credential-${credential}`;
}
