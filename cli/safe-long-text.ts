import { safeText } from "./audit/safe-text.ts";

/** The most characters that are kept of a sentence; one is a few hundred long, if nobody means harm. */
const MAX_CHARACTERS = 4000;

/** A text of our own with foreign names in it, made harmless as `safeText` does it with a name alone. */
export function safeLongText(text: string): string {
  const parts = text.slice(0, MAX_CHARACTERS).match(/.{1,200}/gsu) ?? [];
  return `${parts.map(safeText).join("")}${text.length > MAX_CHARACTERS ? "…" : ""}`;
}
