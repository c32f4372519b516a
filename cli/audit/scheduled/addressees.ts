import type { AuditResult } from "../audit.ts";

/** Why no owner can be written to, although there are some. */
export interface NoAddressees {
  why: string;
  /** A right is missing. */
  refused: boolean;
}

/**
 * Whether owners can be written to at all: where nobody has an address, that nobody is written to is no peace. That
 * nobody is recorded as an owner is a finding of its own.
 * @returns undefined: some can be, or there are none.
 */
export function noAddressees({
  owners,
  gaps,
}: Pick<AuditResult, "owners" | "gaps">): NoAddressees | undefined {
  const gap = gaps.find(({ what, refused }) => what === "owners" && refused);
  if (owners === undefined) {
    const why = gaps.find(({ what }) => what === "owners")?.why ?? "owners were not read";
    return { why, refused: gap !== undefined };
  }
  const all = [...owners.values()].flat();
  if (all.length === 0 || all.some(({ mail }) => mail !== null)) return undefined;
  return gap === undefined
    ? { why: "no owner on record has an address", refused: false }
    : { why: gap.why, refused: true };
}
