import { at, items, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

export const alertReceivers: ResourceRule = {
  name: "alert-receivers",
  level: "mandatory",
  description: "An alert reaches somebody.",
  reason: "an alert that nobody receives is the incident it was made against.",
  fix: "give the alert rule an action group, and the action group an enabled receiver.",
  check: ({ type, properties }) => {
    switch (type) {
      case types.queryAlert:
        return missing(at(properties, "actions", "actionGroups"), "actions.actionGroups");
      case types.metricAlert:
        return missing(at(properties, "actions"), "actions");
      case types.actionGroup:
        return properties.enabled === false
          ? ["the action group is disabled"]
          : Object.entries(properties).some(([name, value]) => /Receivers$/.test(name) && isSomething(value))
            ? []
            : ["the action group has no receiver"];
      default:
        return [];
    }
  },
};

function missing(value: unknown, name: string): string[] {
  return isSomething(value) ? [] : [`${name} is empty`];
}

/** A list that has an item, or cannot be seen yet. */
function isSomething(value: unknown): boolean {
  return typeof value === "symbol" || items(value).length > 0;
}
