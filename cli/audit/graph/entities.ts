import { createHash } from "node:crypto";
import { parseGraphTime } from "../graph-time.ts";
import { isGuid } from "../guid-table.ts";
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
  return readEntity(raw, "application", {
    disabled: typeof status === "string" && status !== "NotDisabled",
    singleTenant: raw.signInAudience === "AzureADMyOrg",
    credentials: [...readSecrets(raw), ...readCertificates(raw)],
  });
}

/**
 * A service principal as Graph lists it, or undefined if `raw` is nothing like one. Of a managed identity
 * Azure itself replaces the certificates, so that they are nobody's concern here and left out.
 */
export function readServicePrincipal(raw: unknown): DirectoryEntity | undefined {
  if (!isRecord(raw)) return undefined;
  return readEntity(raw, "servicePrincipal", {
    disabled: raw.accountEnabled === false,
    singleTenant: true,
    credentials: raw.servicePrincipalType === "ManagedIdentity" ? [] : signingCertificatesOnce(raw),
  });
}

function readEntity(
  raw: Record<string, unknown>,
  type: DirectoryEntity["type"],
  rest: Pick<DirectoryEntity, "disabled" | "singleTenant" | "credentials">,
): DirectoryEntity | undefined {
  if (typeof raw.id !== "string" || raw.id === "") return undefined;
  const appId = typeof raw.appId === "string" ? identifier(raw.appId) : "";
  return {
    type,
    objectId: identifier(raw.id),
    appId,
    name: typeof raw.displayName === "string" && raw.displayName !== "" ? safeText(raw.displayName) : appId,
    createdMs: parseGraphTime(raw.createdDateTime),
    ...rest,
  };
}

/**
 * A certificate that signs SAML tokens is listed three times: for signing, for verifying, and the password of
 * its private key, all with the same thumbprint as `customKeyIdentifier`. It is one thing that expires.
 */
function signingCertificatesOnce(raw: Record<string, unknown>): Credential[] {
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

function readSecrets(raw: Record<string, unknown>): Credential[] {
  return records(raw.passwordCredentials).map((secret) => readCredential(secret, "secret"));
}

function readCertificates(raw: Record<string, unknown>): Credential[] {
  return records(raw.keyCredentials).map((certificate) => readCredential(certificate, "certificate"));
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
  return isGuid(text) ? text.toLowerCase() : digest(text);
}

function digest(text: string): string {
  return `x-${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
}

function records(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
