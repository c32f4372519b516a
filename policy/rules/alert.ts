import { at, type CheckedResource, isAbsent, items, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

export const alertReceivers: ResourceRule = {
  name: "alert-receivers",
  level: "mandatory",
  description: "An alert reaches somebody.",
  reason: "an alert that nobody receives is the incident it was made against.",
  fix: "give the alert (rule or event subscription) an action group, the action group an enabled receiver, and enable all of them.",
  check: ({ type, properties }) => {
    switch (type) {
      case types.queryAlert:
      case types.activityAlert:
        return rule(properties, at(properties, "actions", "actionGroups"), "actions.actionGroups");
      case types.metricAlert:
        return rule(properties, at(properties, "actions"), "actions");
      case types.eventAlert:
      case types.topicEventAlert:
        // Of what an event sets off, only an alert is meant to reach people.
        return at(properties, "destination", "endpointType") === "MonitorAlert"
          ? missing(at(properties, "destination", "actionGroups"), "destination.actionGroups")
          : [];
      case types.actionGroup:
        return properties.enabled === false
          ? ["the action group is disabled"]
          : Object.entries(properties).some(([name, value]) => /Receivers$/.test(name) && isSomething(value))
            ? []
            : ["the action group has no receiver that is enabled"];
      default:
        return [];
    }
  },
};

function rule({ enabled }: CheckedResource["properties"], told: unknown, name: string): string[] {
  return [...(enabled === false ? ["the alert rule is disabled"] : []), ...missing(told, name)];
}

function missing(value: unknown, name: string): string[] {
  return isSomething(value) ? [] : [`${name} is empty`];
}

/** A list with an item that counts, or one that cannot be seen yet. */
function isSomething(value: unknown): boolean {
  return (
    typeof value === "symbol" ||
    items(value).some((item) => !isAbsent(item) && at(item, "status") !== "Disabled")
  );
}
