import { z } from "zod";
import type { KeyVaultEvent } from "./key-vault-event.ts";

const key = z.string().nullish();
const numbers = z.array(z.number()).nullish();
const strings = z.array(z.string()).nullish();
const ranges = z.array(z.tuple([z.number(), z.number()])).nullish();

const advancedFilter = z.discriminatedUnion("operatorType", [
  z.object({ operatorType: z.literal("BoolEquals"), key, value: z.boolean().nullish() }),
  z.object({ operatorType: z.literal(["IsNotNull", "IsNullOrUndefined"]), key }),
  z.object({
    operatorType: z.literal([
      "NumberGreaterThan",
      "NumberGreaterThanOrEquals",
      "NumberLessThan",
      "NumberLessThanOrEquals",
    ]),
    key,
    value: z.number().nullish(),
  }),
  z.object({ operatorType: z.literal(["NumberIn", "NumberNotIn"]), key, values: numbers }),
  z.object({ operatorType: z.literal(["NumberInRange", "NumberNotInRange"]), key, values: ranges }),
  z.object({
    operatorType: z.literal([
      "StringBeginsWith",
      "StringContains",
      "StringEndsWith",
      "StringIn",
      "StringNotBeginsWith",
      "StringNotContains",
      "StringNotEndsWith",
      "StringNotIn",
    ]),
    key,
    values: strings,
  }),
]);

/** A subscription's `filter`, as Azure Resource Manager has it. */
export const eventFilter = z.object({
  includedEventTypes: z.array(z.string()).nullish(),
  subjectBeginsWith: z.string().nullish(),
  subjectEndsWith: z.string().nullish(),
  isSubjectCaseSensitive: z.boolean().nullish(),
  advancedFilters: z.array(advancedFilter).nullish(),
});

export type EventFilter = z.output<typeof eventFilter>;
type AdvancedFilter = z.output<typeof advancedFilter>;

/**
 * Whether a subscription with this filter gets the event.
 * @see https://learn.microsoft.com/azure/event-grid/event-filtering
 */
export function passes(event: KeyVaultEvent, filter: EventFilter): boolean {
  const { includedEventTypes, subjectBeginsWith, subjectEndsWith, isSubjectCaseSensitive } = filter;
  const cased = (text: string) => (isSubjectCaseSensitive ? text : text.toLowerCase());
  const subject = cased(event.subject);
  return (
    (!includedEventTypes?.length ||
      includedEventTypes.some((type) => type === "All" || type.toLowerCase() === event.type.toLowerCase())) &&
    subject.startsWith(cased(subjectBeginsWith ?? "")) &&
    subject.endsWith(cased(subjectEndsWith ?? "")) &&
    (filter.advancedFilters ?? []).every((each) => passesAdvanced(event, each))
  );
}

function passesAdvanced(event: KeyVaultEvent, filter: AdvancedFilter): boolean {
  const value = valueAt(event, filter.key ?? "");
  switch (filter.operatorType) {
    case "IsNotNull":
      return value !== undefined && value !== null;
    case "IsNullOrUndefined":
      return value === undefined || value === null;
    case "BoolEquals":
      return typeof value === "boolean" && value === filter.value;
    case "NumberGreaterThan":
    case "NumberGreaterThanOrEquals":
    case "NumberLessThan":
    case "NumberLessThanOrEquals":
      return typeof value === "number" && compares(filter.operatorType, value, filter.value ?? Number.NaN);
    case "NumberIn":
      return typeof value === "number" && (filter.values ?? []).includes(value);
    case "NumberNotIn":
      return typeof value !== "number" || !(filter.values ?? []).includes(value);
    case "NumberInRange":
      return typeof value === "number" && inRange(value, filter.values ?? []);
    case "NumberNotInRange":
      return typeof value !== "number" || !inRange(value, filter.values ?? []);
    default:
      return passesText(filter.operatorType, value, filter.values ?? []);
  }
}

function compares(operator: string, value: number, limit: number): boolean {
  switch (operator) {
    case "NumberGreaterThan":
      return value > limit;
    case "NumberGreaterThanOrEquals":
      return value >= limit;
    case "NumberLessThan":
      return value < limit;
    default:
      return value <= limit;
  }
}

function inRange(value: number, ranges: readonly (readonly [number, number])[]): boolean {
  return ranges.some(([from, to]) => value >= from && value <= to);
}

/** Comparisons of text ignore case; a `Not…` operator lets a missing value through. */
function passesText(operator: string, value: unknown, wanted: readonly string[]): boolean {
  const negated = operator.startsWith("StringNot");
  if (typeof value !== "string") return negated;
  const text = value.toLowerCase();
  const found = wanted.some((each) => {
    const part = each.toLowerCase();
    switch (operator.replace("StringNot", "String")) {
      case "StringBeginsWith":
        return text.startsWith(part);
      case "StringContains":
        return text.includes(part);
      case "StringEndsWith":
        return text.endsWith(part);
      default:
        return text === part;
    }
  });
  return found !== negated;
}

/** What an advanced filter's key names, in the words of either schema; `data.` keys as the event has them. */
function valueAt(event: KeyVaultEvent, key: string): unknown {
  const [first = "", second] = key.split(".");
  if (second !== undefined && first.toLowerCase() === "data") {
    const wanted = second.toLowerCase();
    return Object.entries(event.data).find(([name]) => name.toLowerCase() === wanted)?.[1];
  }
  switch (first.toLowerCase()) {
    case "id":
    case "eventid":
      return event.id;
    case "topic":
    case "source":
      return event.source;
    case "subject":
      return event.subject;
    case "type":
    case "eventtype":
      return event.type;
    case "dataversion":
    case "eventtypeversion":
      return "1";
    default:
      return undefined;
  }
}
