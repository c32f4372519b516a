/**
 * Moments as text, always to the second and in UTC: `2026-11-24T02:00:00Z`.
 *
 * The format is part of the contract with living secrets: the azuread provider compares dates as text, and
 * another spelling of the same moment replaces the secret. It must never change.
 */

const FORM = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** @param ms milliseconds since 1970-01-01T00:00:00Z; parts of a second are cut off. */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}Z`;
}

/** Milliseconds since 1970, or undefined if `text` is not a moment in exactly our form. */
export function parseInstant(text: string): number | undefined {
  if (!FORM.test(text)) return undefined;
  return momentOf(text);
}

/** What Pulumi hands on when a date stands in a stack's file without quotes: YAML's own dates, as Go writes them. */
const YAML_DATE = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) \+0000 UTC$/;

/** Like `parseInstant`, but takes what people write too: a date alone, minutes without seconds. */
export function parseLooseInstant(written: string): number | undefined {
  const text = written.replace(YAML_DATE, "$1T$2Z");
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text)) return undefined;
  return momentOf(text);
}

/** `Date` rolls 30 February over into March, and 24:00 into the next day: such moments are refused instead. */
function momentOf(text: string): number | undefined {
  const ms = Date.parse(text);
  return new Date(ms).getUTCDate() === Number(text.slice(8, 10)) ? ms : undefined;
}
