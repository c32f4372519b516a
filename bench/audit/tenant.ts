import type { GraphDirectory, GraphEntity } from "../../test/support/graph-directory.ts";

const DAY_MS = 86_400_000;

/** About as long as a certificate of 2048 bits in Base64: Graph sends it along with each key. */
const CERTIFICATE = "MIIDazCCAlOgAwIBAgIU".repeat(55);

/**
 * A tenant: each application with three credentials and a service principal. One credential in ten is a
 * certificate; three secrets in a hundred end within 30 days; two applications in a hundred have no owner, one
 * in a hundred a federated credential. Always the same, so that runs can be compared.
 */
export function tenantOf(applications: number, nowMs: number): GraphDirectory {
  const indices = Array.from({ length: applications }, (_, index) => index);
  const at = (days: number) => `${new Date(nowMs + days * DAY_MS).toISOString().slice(0, 19)}Z`;
  return {
    applications: indices.map(
      (index): GraphEntity => ({
        id: guid(index, 1),
        appId: guid(index, 2),
        displayName: `Application ${index} of a business unit`,
        createdDateTime: at(-((index * 7919) % 3000)),
        signInAudience: "AzureADMyOrg",
        disabledByMicrosoftStatus: null,
        passwordCredentials: (index % 10 < 3 ? [0, 1] : [0, 1, 2]).map((each) => ({
          customKeyIdentifier: null,
          displayName: `secret ${each}`,
          endDateTime: at((index * 3 + each) % 100 < 3 ? 20 : 200),
          hint: "a1b",
          keyId: guid(index * 3 + each, 3),
          secretText: null,
          startDateTime: at(-100),
        })),
        keyCredentials: (index % 10 < 3 ? [2] : []).map((each) => ({
          customKeyIdentifier: guid(index, 4).replaceAll("-", ""),
          displayName: "CN=certificate",
          endDateTime: at(250),
          key: CERTIFICATE,
          keyId: guid(index * 3 + each, 3),
          startDateTime: at(-100),
          type: "AsymmetricX509Cert",
          usage: "Verify",
        })),
        owners: index % 50 === 0 ? [] : [{ id: guid(index, 6) }],
        federatedIdentityCredentials: index % 100 === 0 ? [{}] : [],
      }),
    ),
    servicePrincipals: indices.map((index) => ({
      id: guid(index, 5),
      appId: guid(index, 2),
      displayName: `Application ${index} of a business unit`,
      accountEnabled: true,
      servicePrincipalType: "Application",
      passwordCredentials: [],
      keyCredentials: [],
    })),
  };
}

/** A GUID with its digits spread as random ones are. */
function guid(index: number, family: number): string {
  const word = (seed: number) =>
    (Math.imul((index + 1) ^ (seed * 0x9e3779b1), 0x85ebca77) >>> 0).toString(16).padStart(8, "0");
  const hex = `${word(family)}${word(family + 8)}${word(family + 16)}${String(index).padStart(8, "0")}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
