import { types, UNKNOWN } from "../../../policy/checked-resource.ts";
import type { RuleCases } from "./cases.ts";
import { ALERTED, resource } from "./resources.ts";

export const alertCases: RuleCases = {
  "alert-receivers": {
    passes: [
      [resource(types.queryAlert, { actions: { actionGroups: ["id"] } })],
      [resource(types.queryAlert, { actions: { actionGroups: UNKNOWN } })],
      [resource(types.metricAlert, { actions: [{ actionGroupId: "id" }] })],
      [resource(types.actionGroup, { enabled: true, emailReceivers: [{ name: "on call" }] })],
      [resource(types.actionGroup, { enabled: UNKNOWN, smsReceivers: UNKNOWN })],
      [resource(types.eventAlert, { destination: { ...ALERTED, actionGroups: ["id"] } })],
      [resource(types.eventAlert, { destination: { ...ALERTED, actionGroups: UNKNOWN } })],
      [resource(types.eventAlert, { destination: UNKNOWN })],
      [resource(types.eventAlert, { destination: { endpointType: "WebHook" } })],
      [resource(types.activityAlert, { actions: { actionGroups: [{ actionGroupId: "id" }] } })],
    ],
    stops: [
      [[resource(types.queryAlert, { actions: { actionGroups: [] } })], /actionGroups is empty/],
      [[resource(types.queryAlert, { actions: { actionGroups: [""] } })], /actionGroups is empty/],
      [
        [resource(types.queryAlert, { actions: { actionGroups: ["id"] }, enabled: false })],
        /rule is disabled/,
      ],
      [[resource(types.metricAlert, { actions: [{ actionGroupId: "id" }], enabled: false })], /is disabled/],
      [[resource(types.activityAlert, { actions: { actionGroups: [] } })], /actionGroups is empty/],
      [
        [resource(types.eventAlert, { destination: { ...ALERTED, actionGroups: [] } })],
        /actionGroups is empty/,
      ],
      [[resource(types.eventAlert, { destination: ALERTED })], /destination\.actionGroups is empty/],
      [[resource(types.topicEventAlert, { destination: ALERTED })], /destination\.actionGroups is empty/],
      [[resource(types.metricAlert, {})], /actions is empty/],
      [[resource(types.actionGroup, { enabled: true, emailReceivers: [] })], /no receiver/],
      [
        [resource(types.actionGroup, { emailReceivers: [{ name: "left", status: "Disabled" }] })],
        /no receiver that is enabled/,
      ],
      [[resource(types.actionGroup, { enabled: false, emailReceivers: [{}] })], /disabled/],
    ],
  },
};
