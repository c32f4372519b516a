import { isoSeconds } from "../iso-time.ts";
import type { CreationContext } from "./context.ts";
import { badRequest } from "./errors.ts";
import { requireRoomInManifest } from "./manifest-limits.ts";
import { generateSecretValue, hashOfSecret } from "./secret-value.ts";
import type { Application, PasswordCredential, ServicePrincipal } from "./state.ts";

export interface AddPasswordArgs {
  displayName?: string | null;
  /** ISO 8601. Now, if not given. */
  startDateTime?: string | null;
  /** ISO 8601. Two years after the start, if not given. */
  endDateTime?: string | null;
}

/** `secretText` exists only here: the directory keeps its hash. */
export interface AddedPassword {
  credential: PasswordCredential;
  secretText: string;
}

/**
 * Adds a client secret to an application or a service principal.
 * @throws DirectoryError when a date is no date, when the end is not after the start, or when there is no
 * room for one more.
 * @see https://learn.microsoft.com/graph/api/application-addpassword
 */
export function addPassword(
  holder: Application | ServicePrincipal,
  args: AddPasswordArgs,
  { nowMs, randomness }: CreationContext,
): AddedPassword {
  const startMs = momentOf(args.startDateTime, "startDateTime") ?? nowMs;
  const endMs = momentOf(args.endDateTime, "endDateTime") ?? twoYearsAfter(startMs);
  if (endMs <= startMs)
    throw badRequest("The password credential's endDateTime must be after its startDateTime.");
  requireRoomInManifest(holder);
  const secretText = generateSecretValue(randomness);
  const credential: PasswordCredential = {
    keyId: randomness.uuid(),
    displayName: args.displayName ?? null,
    startDateTime: isoSeconds(startMs),
    endDateTime: isoSeconds(endMs),
    hint: secretText.slice(0, 3),
    secretHash: hashOfSecret(secretText),
    addedAtMs: nowMs,
  };
  holder.passwordCredentials.push(credential);
  return { credential, secretText };
}

/**
 * @throws DirectoryError when no secret has this key id.
 * @see https://learn.microsoft.com/graph/api/application-removepassword
 */
export function removePassword(holder: Application | ServicePrincipal, keyId: string): void {
  const at = holder.passwordCredentials.findIndex((credential) => credential.keyId === keyId);
  if (at < 0) throw badRequest("No password credential found with keyId.");
  holder.passwordCredentials.splice(at, 1);
}

export type PasswordVerdict = "accepted" | "unknown" | "notYetValid" | "notYetPropagated" | "expired";

/**
 * What the token service says to a client secret.
 * @param propagationMs how long after `addPassword` the replica that is asked first knows of a secret
 */
export function judgePassword(
  credentials: readonly PasswordCredential[],
  secretText: string,
  { nowMs, propagationMs }: { nowMs: number; propagationMs: number },
): { verdict: PasswordVerdict; credential: PasswordCredential | undefined } {
  const secretHash = hashOfSecret(secretText);
  const credential = credentials.find((candidate) => candidate.secretHash === secretHash);
  return { verdict: verdictOn(credential, nowMs, propagationMs), credential };
}

function verdictOn(
  credential: PasswordCredential | undefined,
  nowMs: number,
  propagationMs: number,
): PasswordVerdict {
  if (credential === undefined) return "unknown";
  if (nowMs < credential.addedAtMs + propagationMs) return "notYetPropagated";
  if (nowMs < Date.parse(credential.startDateTime)) return "notYetValid";
  if (nowMs >= Date.parse(credential.endDateTime)) return "expired";
  return "accepted";
}

function momentOf(text: string | null | undefined, property: string): number | undefined {
  if (text === undefined || text === null) return undefined;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) {
    throw badRequest(`Cannot convert the value '${text}' of property '${property}' to a date and time.`);
  }
  return ms;
}

function twoYearsAfter(ms: number): number {
  const end = new Date(ms);
  end.setUTCFullYear(end.getUTCFullYear() + 2);
  return end.getTime();
}
