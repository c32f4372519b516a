import { createHash } from "node:crypto";
import { uuidText } from "../randomness.ts";

/**
 * A UUID that follows from `parts`: consequences of the clock's moving need ids, and however the time is
 * cut into steps they must be the same.
 */
export function deterministicId(...parts: (string | number)[]): string {
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return uuidText(hex.slice(0, 32));
}
