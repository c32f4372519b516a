import { mergedProperties } from "../../../entra/merged-properties.ts";
import type { EntraState, Group } from "../../../entra/state.ts";
import type { Entity } from "../odata/list.ts";

/** What Graph shows of a property that nobody has set. */
const UNSET = {
  deletedDateTime: null,
  classification: null,
  description: null,
  expirationDateTime: null,
  groupTypes: [],
  isAssignableToRole: null,
  membershipRule: null,
  membershipRuleProcessingState: null,
  onPremisesDomainName: null,
  onPremisesLastSyncDateTime: null,
  onPremisesNetBiosName: null,
  onPremisesSamAccountName: null,
  onPremisesSecurityIdentifier: null,
  onPremisesSyncEnabled: null,
  preferredDataLocation: null,
  preferredLanguage: null,
  proxyAddresses: [],
  resourceBehaviorOptions: [],
  resourceProvisioningOptions: [],
  theme: null,
  uniqueName: null,
  visibility: null,
  onPremisesProvisioningErrors: [],
};

const FURTHER = ["displayName", "mailNickname", "mailEnabled", "securityEnabled"];
const BETA_ONLY = { writebackConfiguration: { isEnabled: null, onPremisesGroupType: null } };

/** Whether a group has such a property, and a caller may set it. */
export function isGroupProperty(name: string): boolean {
  return name in UNSET || name in BETA_ONLY || FURTHER.includes(name);
}

/** @see https://learn.microsoft.com/graph/api/resources/group */
export function groupEntity({ tenant }: EntraState, group: Group, { beta }: { beta: boolean }): Entity {
  return {
    id: group.id,
    createdDateTime: group.createdDateTime,
    renewedDateTime: group.createdDateTime,
    displayName: group.displayName,
    mail: group.mailEnabled ? `${group.mailNickname}@${tenant.domain}` : null,
    mailEnabled: group.mailEnabled,
    mailNickname: group.mailNickname,
    securityEnabled: group.securityEnabled,
    securityIdentifier: securityIdentifierOf(group.id),
    ...mergedProperties({ ...UNSET, ...(beta ? BETA_ONLY : {}) }, group.properties),
  };
}

/** A cloud object's SID is its object id, four bytes at a time. */
function securityIdentifierOf(id: string): string {
  const bytes = Buffer.from(id.replaceAll("-", ""), "hex");
  // The first three groups of a UUID are written in the other byte order.
  const parts = [
    bytes.readUInt32BE(0),
    ((bytes.readUInt16BE(6) << 16) | bytes.readUInt16BE(4)) >>> 0,
    bytes.readUInt32LE(8),
    bytes.readUInt32LE(12),
  ];
  return `S-1-12-1-${parts.join("-")}`;
}
