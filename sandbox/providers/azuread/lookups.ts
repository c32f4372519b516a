import { createHash } from "node:crypto";
import { type Properties, ProviderError } from "../provider.ts";

/**
 * The one thing that a look-up found.
 * @throws ProviderError when it found none, or several
 */
export function theOnly<T>(kind: string, args: Properties, found: readonly T[]): T {
  const [first, second] = found;
  const sought = Object.entries(args)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(", ");
  if (first === undefined) throw new ProviderError("UNKNOWN", `no ${kind} found with ${sought}`);
  if (second !== undefined) throw new ProviderError("UNKNOWN", `more than one ${kind} found with ${sought}`);
  return first;
}

/**
 * What a look-up of several names or ids found, in their order.
 * @param ignoreMissing passes over what does not exist
 * @throws ProviderError for the first that does not exist, or that is ambiguous
 */
export function eachOf<T>(
  kind: string,
  argument: string,
  wanted: readonly string[],
  find: (value: string) => readonly T[],
  ignoreMissing: boolean,
): T[] {
  return wanted.flatMap((value) => {
    const found = find(value);
    return found.length === 0 && ignoreMissing ? [] : [theOnly(kind, { [argument]: value }, found)];
  });
}

/** The id of a list's look-up: a hash of what it found. */
export function hashOfList(kind: string, items: readonly string[], separator: string): string {
  const hash = createHash("sha1").update(items.join(separator)).digest("base64");
  return `${kind}#${hash.replaceAll("+", "-").replaceAll("/", "_")}`;
}
