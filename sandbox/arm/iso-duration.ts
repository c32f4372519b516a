const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Minutes of an ISO 8601 duration in days, hours, minutes and seconds; undefined when it is none. */
export function isoDurationMinutes(text: unknown): number | undefined {
  const match = typeof text === "string" && text !== "P" && !text.endsWith("T") ? DURATION.exec(text) : null;
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return days * 1440 + hours * 60 + minutes + seconds / 60;
}
