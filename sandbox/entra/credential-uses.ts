import { isoSeconds } from "../iso-time.ts";
import type { CredentialUse, EntraState } from "./state.ts";

/** A use is written down at most this often for a credential: Entra's own report is hours behind as well. */
const RECORD_EVERY_MS = 3_600_000;

/** Whether the last use that is on record is so long ago that another one is worth a write. */
export function isUseWorthRecording({ signIn }: EntraState, keyId: string, nowMs: number): boolean {
  const use = signIn.credentialUses[keyId];
  return use === undefined || nowMs - Date.parse(use.lastSignInDateTime) >= RECORD_EVERY_MS;
}

/** Writes down that a token was granted for this credential. */
export function recordCredentialUse(
  { signIn }: EntraState,
  keyId: string,
  use: Omit<CredentialUse, "lastSignInDateTime">,
  nowMs: number,
): void {
  signIn.credentialUses[keyId] = { ...use, lastSignInDateTime: isoSeconds(nowMs) };
}
