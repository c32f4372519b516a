import { parseSecretDisplayName } from "../../infra/credential/secret-name.ts";
import { DAY_MS } from "../../infra/duration.ts";
import { MAX_LIFETIME_MS } from "../../infra/rotation/policy.ts";
import { at, type CheckedResource, isAbsent, isPassword, text, types } from "../checked-resource.ts";
import { anyInstantMs } from "../moment.ts";
import type { ResourceRule, StackRule } from "../rule.ts";

export const passwordEndDate: ResourceRule = {
  name: "password-end-date",
  level: "mandatory",
  description: "A client secret has an end date of its own.",
  reason:
    "without one the directory chooses it (two years as a rule), and no plan knows when the secret expires.",
  fix: "declare the secret through a credential of Keyturn's settings, or set endDate to a moment such as 2027-01-15T00:00:00Z.",
  check: (resource) => {
    if (!isPassword(resource)) return [];
    const { endDate } = resource.properties;
    if (isAbsent(endDate)) return ["endDate is missing"];
    return typeof endDate !== "symbol" && anyInstantMs(endDate) === undefined ? ["endDate is no moment"] : [];
  },
};

export const passwordRelativeEndDate: ResourceRule = {
  name: "password-end-date-relative",
  level: "mandatory",
  description: "A client secret's end date is never given relative to its creation.",
  reason:
    "the provider accepts endDateRelative and does not send it, so the secret lives as long as the directory likes.",
  fix: "set endDate and remove endDateRelative.",
  check: (resource) =>
    isPassword(resource) && !isAbsent(resource.properties.endDateRelative) ? ["endDateRelative is set"] : [],
};

export const passwordLifetime: StackRule = {
  name: "password-lifetime",
  level: "mandatory",
  description: "A client secret does not live longer than the limit.",
  reason:
    "the longer a secret lives, the longer a leaked one is of use, and the less practised its rotation is.",
  fix: "shorten rotation.lifetime; the next rotation makes a secret that keeps to it.",
  options: {
    maxDays: {
      type: "number",
      minimum: 1,
      default: MAX_LIFETIME_MS / DAY_MS,
      description: "the longest lifetime, in days",
    },
  },
  checkStack: (resources, { maxDays }) => {
    const limitDays = typeof maxDays === "number" ? maxDays : MAX_LIFETIME_MS / DAY_MS;
    return resources.filter(isPassword).flatMap((password) => {
      const startMs =
        anyInstantMs(password.properties.startDate) ?? anyInstantMs(plannedStart(password, resources));
      const endMs = anyInstantMs(password.properties.endDate);
      if (startMs === undefined || endMs === undefined) return [];
      const days = (endMs - startMs) / DAY_MS;
      return days > limitDays
        ? [
            {
              urn: password.urn,
              what: `the secret lives for ${Math.ceil(days)} days; at most ${limitDays} are allowed`,
            },
          ]
        : [];
    });
  },
};

/** Before a secret exists, its trigger knows when it is made. */
function plannedStart(password: CheckedResource, resources: readonly CheckedResource[]): unknown {
  const name = parseSecretDisplayName(text(password.properties.displayName) ?? "");
  if (name === undefined) return undefined;
  const trigger = resources.find(
    ({ type, properties: { keepers } }) =>
      type === types.trigger &&
      at(keepers, "credential") === name.credential &&
      at(keepers, "slot") === name.slot &&
      at(keepers, "generation") === String(name.generation),
  );
  return at(trigger?.properties, "keepers", "createdAt");
}
