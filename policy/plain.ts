import { UNKNOWN } from "./checked-resource.ts";

/**
 * What stands for a value that a preview cannot know yet, by the type it will have: part of Pulumi's protocol,
 * and internal to its SDK (`@pulumi/policy/proxy.js`).
 */
const UNKNOWN_VALUES: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);

/** The properties by which CrossGuard's checking proxy gives out what it wraps. */
const IS_PROXY = "__isSpecialProxy";
const PROXY_TARGET = "__getSpecialProxyTarget";

/**
 * What CrossGuard hands to a rule, as plain values. Its proxy throws where a rule touches what a preview cannot
 * know yet, and reports that the rule could not run: here such a value is `UNKNOWN`, and the rule runs on.
 */
export function plain(value: unknown): unknown {
  if (UNKNOWN_VALUES.has(value)) return UNKNOWN;
  if (typeof value !== "object" || value === null) return value;
  const wrapped = value as Record<string, unknown>;
  const target = wrapped[IS_PROXY] === true ? wrapped[PROXY_TARGET] : wrapped;
  if (Array.isArray(target)) return target.map(plain);
  return Object.fromEntries(Object.entries(target as object).map(([name, each]) => [name, plain(each)]));
}
