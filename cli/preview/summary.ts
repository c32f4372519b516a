import type { PreviewDocument } from "./document.ts";

/** `1 rotated, 2 unchanged`: in one order whatever the credentials' order. */
export function summaryOf({ credentials, changes, errors }: PreviewDocument): string {
  const counts = Map.groupBy(credentials, ({ what }) => what);
  const parts = [...counts]
    .toSorted(([x], [y]) => Number(x === "unchanged") - Number(y === "unchanged") || (x < y ? -1 : 1))
    .map(([what, of]) => `${of.length} ${what}`);
  if (changes.length > 0) parts.push(`${changes.length} other change${changes.length === 1 ? "" : "s"}`);
  if (parts.length > 0) return parts.join(", ");
  return errors.length > 0 ? "nothing can be said of the credentials" : "no credentials";
}
