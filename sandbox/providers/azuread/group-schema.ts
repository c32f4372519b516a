import type { Schema } from "../bridge/schema.ts";
import { lengthBetween, notEmpty, oneOf, uuid } from "../bridge/validations.ts";

const OWNERS_MAX = 100;

/** https://www.pulumi.com/registry/packages/azuread/api-docs/group/ */
export const groupSchema: Schema = {
  administrativeUnitIds: { type: "set", use: "optional", of: { type: "string", validate: uuid } },
  assignableToRole: { type: "bool", use: "optional", forceNew: true },
  autoSubscribeNewMembers: { type: "bool", use: "optionalComputed" },
  behaviors: {
    type: "set",
    use: "optional",
    forceNew: true,
    of: {
      type: "string",
      validate: oneOf(
        "AllowOnlyMembersToPost",
        "CalendarMemberReadOnly",
        "ConnectorsDisabled",
        "HideGroupInOutlook",
        "SkipExchangeInstantOn",
        "SubscribeMembersToCalendarEventsDisabled",
        "SubscribeNewGroupMembers",
        "WelcomeEmailDisabled",
      ),
    },
  },
  description: { type: "string", use: "optional" },
  displayName: { type: "string", use: "required", validate: notEmpty },
  dynamicMembership: {
    type: "block",
    use: "optional",
    conflictsWith: ["members"],
    fields: {
      enabled: { type: "bool", use: "required" },
      rule: { type: "string", use: "required", validate: lengthBetween(0, 3072) },
    },
  },
  externalSendersAllowed: { type: "bool", use: "optionalComputed" },
  hideFromAddressLists: { type: "bool", use: "optionalComputed" },
  hideFromOutlookClients: { type: "bool", use: "optionalComputed" },
  mail: { type: "string", use: "output" },
  mailEnabled: { type: "bool", use: "optional", atLeastOneOf: ["mailEnabled", "securityEnabled"] },
  mailNickname: { type: "string", use: "optionalComputed", forceNew: true, validate: mailNickname },
  members: {
    type: "set",
    use: "optionalComputed",
    conflictsWith: ["dynamicMembership"],
    of: { type: "string", validate: uuid },
  },
  objectId: { type: "string", use: "output" },
  onpremisesDomainName: { type: "string", use: "output" },
  onpremisesGroupType: {
    type: "string",
    use: "optionalComputed",
    validate: oneOf(
      "UniversalDistributionGroup",
      "UniversalMailEnabledSecurityGroup",
      "UniversalSecurityGroup",
    ),
  },
  onpremisesNetbiosName: { type: "string", use: "output" },
  onpremisesSamAccountName: { type: "string", use: "output" },
  onpremisesSecurityIdentifier: { type: "string", use: "output" },
  onpremisesSyncEnabled: { type: "bool", use: "output" },
  owners: {
    type: "set",
    use: "optionalComputed",
    of: { type: "string", validate: uuid },
    maxItems: OWNERS_MAX,
  },
  preferredLanguage: { type: "string", use: "output" },
  preventDuplicateNames: { type: "bool", use: "optional", default: false },
  provisioningOptions: {
    type: "set",
    use: "optional",
    forceNew: true,
    of: { type: "string", validate: oneOf("Team") },
  },
  proxyAddresses: { type: "list", use: "output", of: { type: "string" } },
  securityEnabled: { type: "bool", use: "optional", atLeastOneOf: ["mailEnabled", "securityEnabled"] },
  theme: {
    type: "string",
    use: "optional",
    validate: oneOf("", "Blue", "Green", "Orange", "Pink", "Purple", "Red", "Teal"),
  },
  types: {
    type: "set",
    use: "optional",
    forceNew: true,
    of: { type: "string", validate: oneOf("DynamicMembership", "Unified") },
  },
  visibility: {
    type: "string",
    use: "optionalComputed",
    validate: oneOf("Hiddenmembership", "Private", "Public"),
  },
  writebackEnabled: { type: "bool", use: "optional", default: false },
};

/** https://learn.microsoft.com/graph/api/resources/group, `mailNickname` */
function mailNickname(value: string): string | undefined {
  return /[@()\\[\]";:<>, ]/.test(value)
    ? 'must not hold any of @ ( ) \\ [ ] " ; : < > , or a space'
    : undefined;
}
