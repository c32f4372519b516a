import { HOUR_MS } from "../duration.ts";

/** The first wait; cert-manager's too (https://cert-manager.io/docs/usage/certificate/#issuance-behavior-rotation-of-the-private-key). */
const FIRST_WAIT_MS = HOUR_MS;
const LONGEST_WAIT_MS = 32 * HOUR_MS;

/**
 * How long to wait after the n-th failed verification in a row: 1 h, 2 h, 4 h … 32 h, and never more than a
 * third of what is left of the published secret, so that at least two more tries fit in.
 * @param remainingLifeMs until the published secret expires; undefined if there is none yet.
 */
export function retryDelayMs(attempts: number, remainingLifeMs: number | undefined): number {
  const doubledMs = Math.min(FIRST_WAIT_MS * 2 ** Math.max(0, attempts - 1), LONGEST_WAIT_MS);
  const boundMs = remainingLifeMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, remainingLifeMs) / 3;
  return Math.min(doubledMs, boundMs);
}
