import type { GroupBody } from "../../entra/groups.ts";
import type { EntraState, Group } from "../../entra/state.ts";
import type { Properties } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import { flag, record, text, textOrNull, texts } from "./loose-values.ts";

/**
 * What a plan of the `Group` resource means in Graph's words
 * (https://learn.microsoft.com/graph/api/resources/group), as far as it can change later.
 */
export function groupBody(planned: Properties): GroupBody {
  const { dynamicMembership } = planned;
  const { enabled, rule } = record(dynamicMembership);
  const said = (name: string) => (planned[name] === UNKNOWN ? null : planned[name]);
  return {
    displayName: text(planned.displayName),
    mailEnabled: flag(planned.mailEnabled),
    securityEnabled: flag(planned.securityEnabled),
    properties: {
      allowExternalSenders: flag(said("externalSendersAllowed")),
      autoSubscribeNewMembers: flag(said("autoSubscribeNewMembers")),
      description: textOrNull(planned.description),
      hideFromAddressLists: flag(said("hideFromAddressLists")),
      hideFromOutlookClients: flag(said("hideFromOutlookClients")),
      membershipRule: dynamicMembership === null ? null : text(rule),
      membershipRuleProcessingState: dynamicMembership === null ? null : flag(enabled) ? "On" : "Paused",
      theme: textOrNull(planned.theme),
      visibility: textOrNull(said("visibility")),
      writebackConfiguration: {
        isEnabled: flag(planned.writebackEnabled),
        onPremisesGroupType: textOrNull(said("onpremisesGroupType")),
      },
    },
  };
}

/** What only the creation can say. */
export function newGroupProperties(planned: Properties): Record<string, unknown> {
  return {
    groupTypes: texts(planned.types),
    isAssignableToRole: flag(planned.assignableToRole),
    resourceBehaviorOptions: texts(planned.behaviors),
    resourceProvisioningOptions: texts(planned.provisioningOptions),
  };
}

/** What Graph has of a group, as the outputs of the `Group` resource. */
export function groupOutputs(entra: EntraState, group: Group): Properties {
  const { properties, mailEnabled, mailNickname } = group;
  const writeback = record(properties.writebackConfiguration);
  const mail = mailEnabled ? `${mailNickname}@${entra.tenant.domain}` : "";
  const isDynamic = typeof properties.membershipRule === "string";
  return {
    administrativeUnitIds: [],
    assignableToRole: flag(properties.isAssignableToRole),
    autoSubscribeNewMembers: flag(properties.autoSubscribeNewMembers),
    behaviors: texts(properties.resourceBehaviorOptions),
    description: text(properties.description),
    displayName: group.displayName,
    dynamicMembership: isDynamic
      ? {
          enabled: properties.membershipRuleProcessingState !== "Paused",
          rule: text(properties.membershipRule),
        }
      : null,
    externalSendersAllowed: flag(properties.allowExternalSenders),
    hideFromAddressLists: flag(properties.hideFromAddressLists),
    hideFromOutlookClients: flag(properties.hideFromOutlookClients),
    mail,
    mailEnabled,
    mailNickname,
    members: [...group.members],
    objectId: group.id,
    onpremisesDomainName: "",
    onpremisesGroupType: text(writeback.onPremisesGroupType),
    onpremisesNetbiosName: "",
    onpremisesSamAccountName: "",
    onpremisesSecurityIdentifier: "",
    onpremisesSyncEnabled: false,
    owners: [...group.owners],
    preferredLanguage: text(properties.preferredLanguage),
    provisioningOptions: texts(properties.resourceProvisioningOptions),
    proxyAddresses: mail === "" ? [] : [`SMTP:${mail}`],
    securityEnabled: group.securityEnabled,
    theme: text(properties.theme),
    types: texts(properties.groupTypes),
    visibility: text(properties.visibility),
    writebackEnabled: flag(writeback.isEnabled),
  };
}
