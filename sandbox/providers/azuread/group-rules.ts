import { type Properties, ProviderError } from "../provider.ts";
import { flag, text, texts } from "./loose-values.ts";

/** What only groups of Microsoft 365 have. */
const UNIFIED_ONLY = [
  "autoSubscribeNewMembers",
  "externalSendersAllowed",
  "hideFromAddressLists",
  "hideFromOutlookClients",
];

/**
 * Rules between a group's values that the real provider checks when it plans.
 * @throws ProviderError that names every violation
 */
export function requireConsistentGroup(planned: Properties): void {
  const types = texts(planned.types);
  const isUnified = types.includes("Unified");
  const isMailEnabled = flag(planned.mailEnabled);
  const complaints = [
    types.includes("DynamicMembership") &&
      planned.dynamicMembership === null &&
      `"dynamicMembership" must be given when "types" contains "DynamicMembership"`,
    isMailEnabled && !isUnified && `"types" must contain "Unified" for mail-enabled groups`,
    !isMailEnabled && isUnified && `"mailEnabled" must be true for unified groups`,
    isMailEnabled &&
      text(planned.mailNickname) === "" &&
      `"mailNickname" is required for mail-enabled groups`,
    flag(planned.assignableToRole) &&
      !flag(planned.securityEnabled) &&
      `"assignableToRole" can only be true for security-enabled groups`,
    ...(isUnified ? [] : unifiedOnlyComplaints(planned)),
  ].filter((complaint) => complaint !== false);
  if (complaints.length > 0) throw new ProviderError("UNKNOWN", complaints.join("; "));
}

function unifiedOnlyComplaints(planned: Properties): (string | false)[] {
  const only = (name: string) => `"${name}" is only supported for unified groups`;
  return [
    ...UNIFIED_ONLY.map((name) => flag(planned[name]) && only(name)),
    texts(planned.behaviors).length > 0 && only("behaviors"),
    texts(planned.provisioningOptions).length > 0 && only("provisioningOptions"),
    text(planned.theme) !== "" && only("theme"),
    planned.visibility === "Hiddenmembership" &&
      `"visibility" can only be "Hiddenmembership" for unified groups`,
  ];
}
