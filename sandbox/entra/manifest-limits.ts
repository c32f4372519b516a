import { DirectoryError } from "./errors.ts";
import type { Application, ServicePrincipal } from "./state.ts";

/** https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#manifest-limits */
const MANIFEST_ENTRIES_MAX = 1200;

/** https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation */
const PERSONAL_ACCOUNT_SECRETS_MAX = 2;

const LISTS_IN_PROPERTIES = ["appRoles", "identifierUris", "tags", "addIns", "alternativeNames"];

/** @throws DirectoryError when no further credential fits. */
export function requireRoomInManifest(holder: Application | ServicePrincipal): void {
  if (isForPersonalAccounts(holder) && holder.passwordCredentials.length >= PERSONAL_ACCOUNT_SECRETS_MAX) {
    throw new DirectoryError(
      400,
      "CannotAddMoreCredentials",
      `An application that personal Microsoft accounts can use holds at most ${PERSONAL_ACCOUNT_SECRETS_MAX} secrets.`,
    );
  }
  if (entriesOf(holder) >= MANIFEST_ENTRIES_MAX) {
    throw new DirectoryError(
      403,
      "Directory_QuotaExceeded",
      `The object holds ${MANIFEST_ENTRIES_MAX} entries, which is all that fits.`,
    );
  }
}

function isForPersonalAccounts(holder: Application | ServicePrincipal): boolean {
  return (
    "signInAudience" in holder &&
    ["AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"].includes(holder.signInAudience)
  );
}

function entriesOf(holder: Application | ServicePrincipal): number {
  const inProperties = LISTS_IN_PROPERTIES.map((name) => holder.properties[name]).filter(Array.isArray);
  const accesses =
    "requiredResourceAccess" in holder
      ? holder.requiredResourceAccess.map((required) => required.resourceAccess)
      : [];
  return [holder.passwordCredentials, holder.keyCredentials, ...accesses, ...inProperties]
    .map((list) => list.length)
    .reduce((sum, length) => sum + length, 0);
}
