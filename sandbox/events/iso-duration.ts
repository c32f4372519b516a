const FORM = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/**
 * `PT5M`, `P1D`: an ISO 8601 duration of days, hours, minutes and seconds, in milliseconds; undefined if
 * `text` is none. Azure's rules use no other units.
 */
export function parseIsoDuration(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null || /^P?T?$/i.test(text)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
