import type { PreviewDocument } from "./document.ts";

/** `1 rotated, 2 unchanged`: in one order whatever the credentials' order, what a reader came for first. */
export function summaryOf({ credentials, changes, errors }: PreviewDocument): string {
  const later = laterIn(credentials);
  const counts = Map.groupBy(
    credentials.filter((credential) => !later.includes(credential)),
    ({ what }) => what,
  );
  const parts = [...counts]
    .toSorted(([x], [y]) => Number(x === "unchanged") - Number(y === "unchanged") || (x < y ? -1 : 1))
    .map(([what, of]) => `${of.length} ${what}`);
  if (later.length > 0) parts.unshift(`${later.length} with a new policy from the next rotation on`);
  if (changes.length > 0) parts.push(`${changes.length} other change${changes.length === 1 ? "" : "s"}`);
  if (parts.length > 0) return parts.join(", ");
  return errors.length > 0 ? "nothing can be said of the credentials" : "no credentials";
}

type Credentials = PreviewDocument["credentials"];

/** Credentials to which nothing happens now, and whose next rotation follows another policy. */
export function laterIn(credentials: Credentials): Credentials {
  return credentials.filter(
    ({ what, fromNextRotation }) => what === "unchanged" && fromNextRotation.length > 0,
  );
}
