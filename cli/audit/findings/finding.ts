import type { Credential, ManagedCredential } from "../model.ts";
import type { FindingKind } from "./catalogue.ts";
import type { Severity } from "./severity.ts";

/** What a finding is about. */
export interface Subject {
  type: "application" | "servicePrincipal" | "vaultSecret" | "managedCredential" | "acceptance";
  /** The object id; of a vault's secret its address; of a managed credential `STACK/NAME`. */
  id: string;
  /** Safe to show. */
  name: string;
  /** The client id, where there is one. */
  appId?: string;
}

/** Numbers and texts that a kind's description needs. */
export type Facts = Record<string, string | number | boolean>;

/**
 * One thing to do something about. Plain JSON, and small, since a big tenant has tens of thousands: sentences
 * are made when it is shown (`catalogue.ts`).
 */
export interface Finding {
  /**
   * The same for the same matter in every run: kind, subject and key, e.g.
   * `no-owner/8d0b…`, `expiring-credential/8d0b…/91ac…`. Baselines refer to it.
   */
  id: string;
  kind: FindingKind;
  severity: Severity;
  subject: Subject;
  credential?: Pick<Credential, "type" | "keyId" | "name" | "startMs" | "endMs">;
  /** The managed credential that it concerns, by its name in `stack`: two stacks may have one of the same name. */
  managedCredential?: string;
  stack?: string;
  /** When it hurts, or has begun to. */
  dueMs?: number;
  /** The tier of warning that it is in (`policy.ts`), 0 when `dueMs` has passed. */
  tier?: number;
  facts: Facts;
}

/** What a finding says about the managed credential that it concerns. */
export function concerning({ name, stack }: ManagedCredential): Pick<Finding, "managedCredential" | "stack"> {
  return { managedCredential: name, stack };
}

/** A managed credential as people are told of it: `STACK/NAME`. */
export function managedLabel({
  managedCredential,
  stack,
}: Pick<Finding, "managedCredential" | "stack">): string {
  return `${stack}/${managedCredential}`;
}

/** `text` as a part of a finding's id, which is visible ASCII. */
export function idPart(text: string): string {
  return text.replace(/[^!-~]/g, "-");
}
