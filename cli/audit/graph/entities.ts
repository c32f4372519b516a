import { createHash } from "node:crypto";
import { parseGraphTime } from "../graph-time.ts";
import { lowerGuid } from "../guid-table.ts";
import type { Credential, DirectoryEntity } from "../model.ts";
import { safeText } from "../safe-text.ts";

/**
 * The properties that are asked for. `keyCredentials` must be named, or Graph leaves parts of it out; naming
 * it limits a tenant to 150 requests a minute (https://learn.microsoft.com/graph/api/application-list).
 */
export const APPLICATION_PROPERTIES =
  "id,appId,displayName,createdDateTime,signInAudience,disabledByMicrosoftStatus,passwordCredentials,keyCredentials";
export const SERVICE_PRINCIPAL_PROPERTIES =
  "id,appId,displayName,accountEnabled,servicePrincipalType,passwordCredentials,keyCredentials";

/** An application as Graph lists it, or undefined if `raw` is nothing like one. */
export function readApplication(raw: unknown): DirectoryEntity | undefined {
  if (!isRecord(raw)) return undefined;
  const status = raw.disabledByMicrosoftStatus;
  const credentials: Credential[] = [];
  readCredentials(raw.passwordCredentials, "secret", credentials);
  readCredentials(raw.keyCredentials, "certificate", credentials);
  const disabled = typeof status === "string" && status !== "NotDisabled";
  return readEntity(raw, "application", disabled, raw.signInAudience === "AzureADMyOrg", credentials);
}

/**
 * A service principal as Graph lists it, or undefined if `raw` is nothing like one. Of a managed identity
 * Azure itself replaces the certificates, so that they are nobody's concern here and left out.
 */
export function readServicePrincipal(raw: unknown): DirectoryEntity | undefined {
  if (!isRecord(raw)) return undefined;
  const credentials = raw.servicePrincipalType === "ManagedIdentity" ? [] : signingCertificatesOnce(raw);
  return readEntity(raw, "servicePrincipal", raw.accountEnabled === false, true, credentials);
}

function readEntity(
  raw: Record<string, unknown>,
  type: DirectoryEntity["type"],
  disabled: boolean,
  singleTenant: boolean,
  credentials: Credential[],
): DirectoryEntity | undefined {
  if (typeof raw.id !== "string" || raw.id === "") return undefined;
  const appId = typeof raw.appId === "string" ? identifier(raw.appId) : "";
  return {
    type,
    objectId: identifier(raw.id),
    appId,
    name: typeof raw.displayName === "string" && raw.displayName !== "" ? safeText(raw.displayName) : appId,
    createdMs: parseGraphTime(raw.createdDateTime),
    disabled,
    singleTenant,
    credentials,
  };
}

/**
 * A certificate that signs SAML tokens is listed three times: for signing, for verifying, and the password of
 * its private key, all with the same thumbprint as `customKeyIdentifier`. It is one thing that expires.
 */
function signingCertificatesOnce(raw: Record<string, unknown>): Credential[] {
  // Most service principals have none of either.
  if (isEmpty(raw.keyCredentials) && isEmpty(raw.passwordCredentials)) return [];
  const thumbprints = new Set<unknown>();
  const certificates = records(raw.keyCredentials).filter(({ customKeyIdentifier }) => {
    if (customKeyIdentifier === null || customKeyIdentifier === undefined) return true;
    if (thumbprints.has(customKeyIdentifier)) return false;
    thumbprints.add(customKeyIdentifier);
    return true;
  });
  const secrets = records(raw.passwordCredentials).filter(
    ({ customKeyIdentifier }) => !thumbprints.has(customKeyIdentifier),
  );
  return [
    ...secrets.map((secret) => readCredential(secret, "secret")),
    ...certificates.map((certificate) => readCredential(certificate, "certificate")),
  ];
}

function readCredentials(list: unknown, type: Credential["type"], credentials: Credential[]): void {
  if (!Array.isArray(list)) return;
  for (const each of list) if (isRecord(each)) credentials.push(readCredential(each, type));
}

/** Takes by allow-list: the hint of a secret, which is its first characters, and a key's bytes are not kept. */
function readCredential(raw: Record<string, unknown>, type: Credential["type"]): Credential {
  const { keyId, displayName, startDateTime, endDateTime } = raw;
  return {
    type,
    keyId:
      typeof keyId === "string" && keyId !== ""
        ? identifier(keyId)
        : digest(`${type} ${displayName} ${startDateTime} ${endDateTime}`),
    name: typeof displayName === "string" && displayName !== "" ? safeText(displayName) : null,
    startMs: parseGraphTime(startDateTime),
    endMs: parseGraphTime(endDateTime),
  };
}

/** A GUID in lower case; anything else, which Entra never gives, is replaced by a digest of it. */
export function identifier(text: string): string {
  return lowerGuid(text) ?? digest(text);
}

function digest(text: string): string {
  return `x-${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
}

function isEmpty(value: unknown): boolean {
  return !Array.isArray(value) || value.length === 0;
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
