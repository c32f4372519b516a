import { badRequest } from "../errors.ts";
import type { StoredType } from "../resource-types.ts";

const RECEIVER_LISTS = [
  "emailReceivers",
  "smsReceivers",
  "webhookReceivers",
  "itsmReceivers",
  "azureAppPushReceivers",
  "automationRunbookReceivers",
  "voiceReceivers",
  "logicAppReceivers",
  "azureFunctionReceivers",
  "armRoleReceivers",
  "eventHubReceivers",
  "incidentReceivers",
] as const;
/** Receivers whose answer says whether they are subscribed. */
const WITH_STATUS: readonly string[] = ["emailReceivers", "smsReceivers"];

/** https://learn.microsoft.com/rest/api/monitor/action-groups */
export const actionGroups: StoredType = {
  kind: "stored",
  type: "Microsoft.Insights/actionGroups",
  tracked: true,
  systemData: true,
  write({ body }) {
    const sent = body.properties ?? {};
    const lists = RECEIVER_LISTS.map((list) => [list, (sent[list] ?? []) as { name: string }[]] as const);
    const names = lists.flatMap(([, receivers]) => receivers.map(({ name }) => name));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined) {
      throw badRequest(
        `Receiver names must be unique within an action group; '${twice}' is there more than once.`,
      );
    }
    return {
      properties: {
        ...sent,
        ...Object.fromEntries(
          lists.map(([list, receivers]) => [
            list,
            WITH_STATUS.includes(list) ? receivers.map((one) => ({ ...one, status: "Enabled" })) : receivers,
          ]),
        ),
      },
    };
  },
};
