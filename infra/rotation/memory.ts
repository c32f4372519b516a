import type { Request } from "./plan-types.ts";
import type { Published } from "./published.ts";

/** Why a secret could not be verified, as far as it matters for what to do next. */
export type FailureKind =
  /** Entra refused the secret itself: a new one is made for the next try. */
  | "rejected"
  /** Entra could not be asked, or did not answer as it should: the same may work later. */
  | "unavailable";

/** A new secret that did not pass verification. */
export interface VerificationFailure {
  /** The generation that failed. */
  generation: number;
  kind: FailureKind;
  /** For people: what Entra said, without anything secret. */
  reason: string;
  /** How many updates in a row have tried. */
  attempts: number;
  lastAttemptAtMs: number;
  /** Digest of the settings that decide on it at that try: with other settings there is no waiting. */
  settings: string;
}

/** The published secret was found not to work. */
export interface BrokenSecret {
  generation: number;
  /** Only a secret that Entra refuses is helped by another one. */
  kind: FailureKind;
  reason: string;
}

/**
 * What a stack remembers of a credential in its own outputs: the second witness beside the vault, and the
 * only place for what has not been published.
 */
export interface Memory {
  published: Published | undefined;
  /** The generation of the previous secret that has been retired. */
  retiredGeneration: number | undefined;
  failure: VerificationFailure | undefined;
  broken: BrokenSecret | undefined;
  /** When a secret of the credential was published for the first time. */
  firstPublishedAtMs: number | undefined;
  /** The ids of requests that were carried out, the latest last. */
  requests: string[];
  /**
   * What a command asked for: written down before its update began, and kept until it is carried out, refused, or
   * something else is asked for, whatever becomes of that update.
   */
  pending: Request | undefined;
}

/** How many requests are remembered: an older one that turns up again would be carried out again. */
const MOST_REQUESTS = 50;

/**
 * The requests that were carried out, with one more; one that is among them already stays where it is.
 * @param standing the id of the request that stands in the settings: as long as it does, it is never forgotten.
 */
export function withRequest(
  requests: readonly string[],
  id: string | undefined,
  standing?: string | undefined,
): string[] {
  if (id === undefined || requests.includes(id)) return [...requests];
  const all = [...requests, id];
  if (all.length <= MOST_REQUESTS) return all;
  const oldest = all.findIndex((each) => each !== standing);
  return all.toSpliced(oldest, 1);
}

export const emptyMemory: Memory = {
  published: undefined,
  retiredGeneration: undefined,
  failure: undefined,
  broken: undefined,
  firstPublishedAtMs: undefined,
  requests: [],
  pending: undefined,
};
