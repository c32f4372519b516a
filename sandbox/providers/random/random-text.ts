import { integerBetween, type Randomness } from "../../randomness.ts";
import type { FlatSchema, FrameworkResource } from "../bridge/framework-resource.ts";
import { atLeast } from "../bridge/validations.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { keepers, keepersReplace } from "./keepers.ts";

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** What RandomString and RandomPassword share: everything but what becomes of the text. */
export const textSchema: FlatSchema = {
  keepers,
  length: { type: "int", use: "required", forceNew: true, validate: atLeast(1) },
  lower: { type: "bool", use: "optional", forceNew: true, default: true },
  minLower: { type: "int", use: "optional", forceNew: true, default: 0 },
  minNumeric: { type: "int", use: "optional", forceNew: true, default: 0 },
  minSpecial: { type: "int", use: "optional", forceNew: true, default: 0 },
  minUpper: { type: "int", use: "optional", forceNew: true, default: 0 },
  number: { type: "bool", use: "optional", forceNew: true, deprecated: "use numeric" },
  numeric: { type: "bool", use: "optional", forceNew: true },
  overrideSpecial: { type: "string", use: "optional", forceNew: true },
  special: { type: "bool", use: "optional", forceNew: true, default: true },
  upper: { type: "bool", use: "optional", forceNew: true, default: true },
};

/** Rules of both types. */
export const textRules: Pick<FrameworkResource, "complaints" | "refine" | "replaces"> = {
  complaints({ length, minLower, minNumeric, minSpecial, minUpper, lower, upper, special, number, numeric }) {
    const minima = [minUpper, minLower, minNumeric, minSpecial];
    const found = [];
    if ([length, ...minima].every((value) => value === undefined || typeof value === "number")) {
      const sum = minima.reduce<number>((total, value) => total + Number(value ?? 0), 0);
      if (Number(length) < sum) {
        const complaint = `must be at least the sum of minUpper, minLower, minNumeric and minSpecial (${sum}), got ${length}`;
        found.push({ property: "length", complaint });
      }
    }
    for (const [property, digits] of Object.entries({ number, numeric })) {
      if ([digits, lower, upper, special].every((value) => value === false)) {
        found.push({
          property,
          complaint: "is false, and so are lower, upper and special: one of them must be true",
        });
      }
    }
    return found;
  },
  refine(planned, { number, numeric }) {
    if (typeof number === "boolean" && typeof numeric === "boolean" && number !== numeric) {
      throw new ProviderError(
        "UNKNOWN",
        `"number" is deprecated in favour of "numeric"; both are given and differ`,
      );
    }
    const digits = numeric ?? number ?? true;
    planned.number = number ?? digits;
    planned.numeric = digits;
  },
  replaces(property, recorded, planned) {
    if (property === "keepers") return keepersReplace(recorded, planned);
    return !(property === "overrideSpecial" && recorded === "" && planned === null);
  },
};

/** @throws ProviderError when no character may be used */
export function randomText(planned: Properties, randomness: Randomness): string {
  const special = planned.overrideSpecial ? String(planned.overrideSpecial) : SPECIAL;
  const classes: [string, unknown, unknown][] = [
    [UPPER, planned.upper, planned.minUpper],
    [LOWER, planned.lower, planned.minLower],
    [DIGITS, planned.numeric, planned.minNumeric],
    [special, planned.special, planned.minSpecial],
  ];
  const all = classes.map(([characters, isUsed]) => (isUsed ? characters : "")).join("");
  if (all === "") throw new ProviderError("UNKNOWN", "no kind of character may be used: the set is empty");
  const some = (characters: string, count: number) => {
    const list = [...characters];
    return Array.from(
      { length: Math.max(0, count) },
      () => list[integerBetween(randomness, 0, list.length - 1)],
    );
  };
  const wanted = classes.flatMap(([characters, , minimum]) => some(characters, Number(minimum ?? 0)));
  return shuffled([...wanted, ...some(all, Number(planned.length) - wanted.length)], randomness).join("");
}

/** The state of a text that was made elsewhere: the rest is assumed. */
export function stateOfText(text: string): Properties {
  const flags = { lower: true, upper: true, special: true, number: true, numeric: true };
  const minima = { minLower: 0, minUpper: 0, minSpecial: 0, minNumeric: 0 };
  return { result: text, length: Buffer.byteLength(text), ...flags, ...minima };
}

/** Fisher and Yates: each order is equally likely. */
function shuffled<T>(items: readonly T[], randomness: Randomness): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(integerBetween(randomness, 0, rest.length - 1), 1));
}
