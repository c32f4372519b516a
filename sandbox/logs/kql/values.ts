/**
 * A value of Kusto's. What it is of is known from the query's analysis: a `datetime` is milliseconds since 1970,
 * a `timespan` milliseconds, a `dynamic` whatever JSON holds. `string` has no null.
 */
export type Value = null | boolean | number | string | Value[] | { [name: string]: Value };

export type Row = Readonly<Record<string, Value>>;

const NUMBERS = new Set(["int", "long", "real", "decimal"]);

export function isNumeric(type: string): boolean {
  return NUMBERS.has(type);
}

/** What a column or a conversion has where there is nothing. */
export function emptyOf(type: string): Value {
  return type === "string" ? "" : null;
}

/**
 * Equality: null if both are null, else false where one is.
 * @see https://learn.microsoft.com/kusto/query/scalar-data-types/null-values
 */
export function equal(a: Value, b: Value): boolean | null {
  if (a === null && b === null) return null;
  return a === b;
}

/** -1, 0 or 1; null if either is null. */
export function compare(a: Value, b: Value): number | null {
  if (a === null || b === null) return null;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function negated(truth: boolean | null): boolean | null {
  return truth === null ? null : !truth;
}

/** Case-insensitive, whatever the language. */
export function folded(text: string): string {
  return text.toLowerCase();
}

/**
 * Whether `term` stands in `text` between what is no letter and no digit, or the text's ends.
 * @see https://learn.microsoft.com/kusto/query/datatypes-string-operators#what-is-a-term
 */
export function hasTerm(text: string, term: string): boolean {
  if (term === "") return true;
  const [first = "", last = ""] = [term[0], term.at(-1)];
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1)) {
    const [before = "", after = ""] = [text[at - 1], text[at + term.length]];
    if (
      !(isAlphanumeric(before) && isAlphanumeric(first)) &&
      !(isAlphanumeric(after) && isAlphanumeric(last))
    )
      return true;
  }
  return false;
}

function isAlphanumeric(character: string): boolean {
  return /^[\p{L}\p{N}]$/u.test(character);
}

/** The text of a value, as `tostring()` gives it. */
export function textOf(value: Value, type: string): string {
  if (value === null) return "";
  switch (type) {
    case "datetime":
      return new Date(Number(value)).toISOString().replace("Z", "0000Z");
    case "timespan":
      return spanText(Number(value));
    case "real":
      return Number.isInteger(value) ? `${value}.0` : String(value);
    default:
      return typeof value === "object" ? JSON.stringify(value) : String(value);
  }
}

/** `[-][d.]hh:mm:ss[.fffffff]` */
function spanText(ms: number): string {
  const whole = Math.abs(ms);
  const two = (number: number) => String(Math.floor(number)).padStart(2, "0");
  const days = Math.floor(whole / 86_400_000);
  const fraction = Math.round((whole % 1000) * 10_000);
  return [
    ms < 0 ? "-" : "",
    days > 0 ? `${days}.` : "",
    `${two((whole / 3_600_000) % 24)}:${two((whole / 60_000) % 60)}:${two((whole / 1000) % 60)}`,
    fraction === 0 ? "" : `.${String(fraction).padStart(7, "0")}`,
  ].join("");
}

/** A whole number of a text, null if it is none. */
export function wholeNumberOf(text: string): number | null {
  return /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) : null;
}

export function realNumberOf(text: string): number | null {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(text) ? Number(text) : null;
}

/** Milliseconds since 1970 of a date, with or without a time; in UTC where it names no offset. */
export function datetimeOf(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|[+-]\d\d:\d\d)?$/i.exec(
    text.trim(),
  );
  if (match === null) return null;
  const [, day, time = "00:00:00", offset = "Z"] = match;
  const ms = Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}${offset.toUpperCase()}`);
  return Number.isNaN(ms) ? null : ms;
}
