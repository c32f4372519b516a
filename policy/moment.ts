import { text } from "./checked-resource.ts";

/**
 * A moment in any spelling that the providers take, in milliseconds since 1970; undefined for anything else. Keyturn
 * itself has only one spelling (`infra/instant.ts`): a rule must not be escaped by another.
 */
export function anyInstantMs(value: unknown): number | undefined {
  const ms = Date.parse(text(value) ?? "");
  return Number.isNaN(ms) ? undefined : ms;
}
