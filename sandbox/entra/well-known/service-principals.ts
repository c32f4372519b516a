import { createHash } from "node:crypto";
import { isoSeconds } from "../../iso-time.ts";
import { uuidText } from "../../randomness.ts";
import type { ServicePrincipal } from "../state.ts";
import { azureKeyVault, azureServiceManagement, azureStorage } from "./azure-services.ts";
import { exchangeOnline } from "./exchange-online.ts";
import { microsoftGraph } from "./microsoft-graph.ts";
import type { PublishedApplication } from "./published-application.ts";

/** Microsoft's own applications that the sandbox knows, by client id. */
export const publishedApplications: ReadonlyMap<string, PublishedApplication> = new Map(
  [microsoftGraph, exchangeOnline, azureKeyVault, azureServiceManagement, azureStorage].map((published) => [
    published.appId,
    published,
  ]),
);

/** The tenant in which Microsoft's own applications live. */
export const microsoftTenantId = "f8cdef31-a31e-4b4a-93e4-5f571e91255a";

/** The service principals that a new tenant has from the start, by object id. */
export function wellKnownServicePrincipals(
  tenantId: string,
  nowMs: number,
): Record<string, ServicePrincipal> {
  return Object.fromEntries(
    [...publishedApplications.values()].map(({ appId, displayName }) => {
      const id = nameBasedUuid(`${tenantId}/servicePrincipals/${appId}`);
      return [
        id,
        {
          id,
          appId,
          displayName,
          accountEnabled: true,
          createdDateTime: isoSeconds(nowMs),
          passwordCredentials: [],
          keyCredentials: [],
          owners: [],
          properties: { appOwnerOrganizationId: microsoftTenantId },
        },
      ];
    }),
  );
}

/** An object id that differs between tenants and is the same each time: a version 5 UUID (RFC 9562). */
function nameBasedUuid(name: string): string {
  const bytes = createHash("sha1").update(name).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return uuidText(bytes.toString("hex"));
}
