import { isDeepStrictEqual } from "node:util";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";
import { isObject, isUnknown, UNKNOWN } from "../../../../sandbox/providers/values.ts";
import { type CallRequest, lookUp, type Method, type Scope } from "./cases.ts";

export interface Difference {
  path: string;
  expected: unknown;
  got: unknown;
}

/** An answer, or the error that the call ended with. */
export type Answer = Record<string, unknown> & { error?: { code: string; message: string } };

/** Fields that a bridged provider keeps for itself. */
const BOOKKEEPING = new Set(["__meta", "__pulumi_raw_state_delta", "__defaults"]);
const UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}";
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
const UNORDERED_FIELDS: Partial<Record<Method, string[]>> = { Diff: ["replaces", "diffs"] };

/**
 * Compares an answer with the recorded one; only the fields that were recorded count. Bookkeeping of the
 * Terraform bridge is never compared. A refusal may be worded in any way, and be an error of the call or a
 * failure in the answer, but has to name what the recorded one names.
 */
export function compare(
  method: Method,
  request: CallRequest,
  expected: Properties,
  answer: Answer,
  scope: Scope,
): Difference[] {
  const got = withoutBookkeeping(answer) as Answer;
  const comparison = new Comparison(scope, got, request.preview === true);
  if (expected.error !== undefined || isNonEmpty(expected.failures)) {
    compareRefusal(comparison, expected, got);
    return comparison.differences;
  }
  if (got.error !== undefined) {
    comparison.report("error", undefined, got.error);
    return comparison.differences;
  }
  for (const [field, value] of Object.entries(expected)) {
    if (UNORDERED_FIELDS[method]?.includes(field) && Array.isArray(value)) {
      const items = [...new Set(got[field] as unknown[])];
      comparison.match({ $match: "unordered", items: value }, items, field);
    } else {
      comparison.match(value, got[field], field);
    }
  }
  return comparison.differences;
}

/** Every recorded reason is met by an actual one, and no actual one goes unexplained. */
function compareRefusal(comparison: Comparison, expected: Properties, got: Answer): void {
  const wanted = isObject(expected.error)
    ? [expected.error.message ?? null]
    : listOf(expected.failures).map((failure) => (isObject(failure) ? (failure.reason ?? null) : null));
  const texts =
    got.error !== undefined
      ? [got.error.message]
      : listOf(got.failures as PropertyValue).map((failure) =>
          isObject(failure) ? `${failure.reason} [${failure.property}]` : "",
        );
  if (texts.length === 0) {
    comparison.report("failures", wanted, got.inputs ?? got.return ?? got);
    return;
  }
  for (const want of wanted) {
    if (!texts.some((text) => comparison.fits(want, text))) comparison.report("failures", want, texts);
  }
  if (got.error !== undefined) return;
  for (const text of texts) {
    if (!wanted.some((want) => comparison.fits(want, text))) comparison.report("failures", wanted, text);
  }
}

class Comparison {
  readonly differences: Difference[] = [];
  readonly #scope: Scope;
  readonly #root: Answer;
  /** In a preview an output that is null is known, and one that is absent is not. */
  readonly #strictNulls: boolean;

  constructor(scope: Scope, root: Answer, strictNulls: boolean) {
    this.#scope = scope;
    this.#root = root;
    this.#strictNulls = strictNulls;
  }

  report(path: string, expected: unknown, got: unknown): void {
    this.differences.push({ path, expected, got });
  }

  fits(expected: PropertyValue, actual: unknown): boolean {
    const inner = new Comparison(this.#scope, this.#root, this.#strictNulls);
    inner.match(expected, actual, "");
    return inner.differences.length === 0;
  }

  match(expected: PropertyValue | undefined, actual: unknown, path: string): void {
    if (isObject(expected)) {
      if (expected.$any) return;
      if ("$ref" in expected) {
        this.match(withoutBookkeeping(this.#scope.value(String(expected.$ref))), actual, path);
        return;
      }
      if ("$match" in expected) {
        if (!this.#meets(expected, actual, path)) this.report(path, expected, actual);
        return;
      }
    }
    const want = canonical(typeof expected === "string" ? this.#scope.text(expected) : expected);
    const got = canonical(actual as PropertyValue | undefined);
    if (Array.isArray(want)) this.#matchList(want, got, path);
    else if (isObject(want)) this.#matchObject(want, got, path);
    else if (want !== got && !this.#bothNothing(want, got, path)) this.report(path, want, got);
  }

  #bothNothing(want: PropertyValue | undefined, got: PropertyValue | undefined, path: string): boolean {
    return (want ?? null) === null && (got ?? null) === null && !this.#nullsMatter(path);
  }

  #nullsMatter(path: string): boolean {
    return this.#strictNulls && /^properties\.[^.[]+$/.test(path);
  }

  #matchList(want: PropertyValue[], got: PropertyValue | undefined, path: string): void {
    if (!Array.isArray(got) || got.length !== want.length) this.report(path, want, got);
    else
      want.forEach((item, i) => {
        this.match(item, got[i], `${path}[${i}]`);
      });
  }

  #matchObject(want: Properties, got: PropertyValue | undefined, path: string): void {
    if (!isObject(got)) {
      this.report(path, want, got);
      return;
    }
    const at = (key: string) => (path === "" ? key : `${path}.${key}`);
    for (const [key, value] of Object.entries(want)) this.match(value, got[key], at(key));
    for (const [key, value] of Object.entries(got)) {
      if (!(key in want) && (value !== null || this.#nullsMatter(at(key))))
        this.report(at(key), undefined, value);
    }
  }

  /** Whether the actual value meets a matcher; differences inside it are reported on the way. */
  #meets(matcher: Properties, actual: unknown, path: string): boolean {
    const at = (name: string) => lookUp(this.#root, String(matcher[name]).split("."));
    const isText = typeof actual === "string" && !isUnknown(actual);
    switch (matcher.$match) {
      case "present":
        return actual !== undefined && actual !== null && !isUnknown(actual as PropertyValue);
      case "uuid":
        return isText && new RegExp(`^${UUID}$`).test(actual);
      case "date": {
        if (!isText || !DATE.test(actual)) return false;
        if (!matcher.after) return true;
        const days = (Date.parse(actual) - Date.parse(String(at("after")))) / 86_400_000;
        const [fewest, most] = listOf(matcher.days);
        return days >= Number(fewest) && days <= Number(most);
      }
      case "regex":
        return (
          isText && new RegExp(this.#scope.text(String(matcher.pattern), escapedForRegExp), "s").test(actual)
        );
      case "integer":
        return (
          Number.isInteger(actual) &&
          Number(actual) >= Number(matcher.min) &&
          Number(actual) <= Number(matcher.max)
        );
      case "contains":
        return (
          typeof actual === "string" &&
          listOf(matcher.text).some((text) => folded(actual).includes(folded(this.#scope.text(String(text)))))
        );
      case "same": {
        const other = at("as");
        const isEqual = matcher.text ? String(actual) === String(other) : isDeepStrictEqual(actual, other);
        return actual !== undefined && other !== undefined && isEqual;
      }
      case "part": {
        const other = at("of");
        return (
          typeof actual === "string" && actual !== "" && typeof other === "string" && other.includes(actual)
        );
      }
      case "not":
        return (
          actual !== undefined &&
          actual !== null &&
          !isDeepStrictEqual(actual, this.#scope.value(String(matcher.ref)))
        );
      case "derived": {
        const bytes = Buffer.from(String(at("from") ?? ""), "base64url");
        return bytes.length > 0 && actual === `${matcher.prefix ?? ""}${encoded(bytes, String(matcher.how))}`;
      }
      case "unordered": {
        const rest = Array.isArray(actual) ? [...actual] : [];
        const items = listOf(matcher.items);
        return (
          rest.length === items.length &&
          items.every((item) => {
            const found = rest.findIndex((candidate) => this.fits(item, candidate));
            return found >= 0 && rest.splice(found, 1).length === 1;
          })
        );
      }
      case "subset": {
        const value = matcher.value;
        for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
          this.match(item, lookUp(actual, [key]), `${path}.${key}`);
        }
        return true;
      }
      default:
        throw new Error(`unknown matcher ${JSON.stringify(matcher)}`);
    }
  }
}

function withoutBookkeeping<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutBookkeeping) as T;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !BOOKKEEPING.has(key));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutBookkeeping(item)])) as T;
}

function encoded(bytes: Buffer, how: string): string {
  if (how === "dec") return BigInt(`0x0${bytes.toString("hex")}`).toString();
  return bytes.toString(how as BufferEncoding);
}

/** `mail_enabled`, `MailEnabled` and `mailEnabled` name the same property. */
function folded(text: string): string {
  return text.toLowerCase().replaceAll("_", "");
}

function canonical(value: PropertyValue | undefined): PropertyValue | undefined {
  return isUnknown(value) ? UNKNOWN : value;
}

function listOf(value: PropertyValue | undefined): PropertyValue[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isNonEmpty(value: PropertyValue | undefined): boolean {
  return Array.isArray(value) && value.length > 0;
}

function escapedForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
