import { formatInstant } from "../instant.ts";
import { overlapOf } from "../rotation/dates.ts";
import type { Policy } from "../rotation/policy.ts";
import { publishedTags } from "../rotation/published.ts";
import { isSameVault, nameIn, type Placement } from "./placement.ts";
import type { ReadResult } from "./read-published.ts";

/**
 * Moving a credential to another vault: pure. While the settings name the vault that it comes from, both vaults are
 * kept in step, so that whoever reads either reads what is published. See docs/decisions.md.
 */
export interface Move {
  state: /** Not published in the new vault yet. */
    | "begins"
    /** Published in both. */
    | "goes on"
    /** This update removes it from the old vault. */
    | "ends";
  from: string;
  to: string;
  /** The name of the component that publishes it in the old vault. */
  oldName: string;
  /** Since when it is published in both. */
  sinceMs: number;
  /** From when on it may be removed from the old vault: its readers have had the whole overlap to change over. */
  removableAtMs: number;
}

/** Where a credential was after the last update. */
export interface LastPlacement extends Placement {
  /** Since when it was published in both vaults. */
  sinceMs: number | undefined;
  /** Whether anything was published. */
  isPublished: boolean;
}

/** What the vaults publish of a credential, and what that means for a move. */
export type PlacedRead = ReadResult & {
  move?: Move | undefined;
  /** Why the credential cannot be where the settings want it. */
  moveRefusal?: string | undefined;
};

/** What was read of one credential in its vaults. */
export interface ReadInVaults {
  vault: ReadResult;
  /** Undefined if the settings name no other vault. */
  movedFrom: ReadResult | undefined;
}

export interface PlaceReadArgs {
  credential: string;
  /** The stack's own vault. */
  stackVault: string;
  placement: Placement;
  read: ReadInVaults;
  /** Undefined before the first update. */
  last: LastPlacement | undefined;
  policy: Policy;
  nowMs: number;
}

/** What is published, whichever vault says so, and what this update does about the vaults. */
export function placeRead(args: PlaceReadArgs): PlacedRead {
  const { result, isNewPlace } = publication(args);
  const overlapMs =
    result.kind === "published" ? overlapOf(result.published, args.policy) : args.policy.overlapMs;
  return { ...result, move: moveOf(args, isNewPlace, overlapMs), moveRefusal: refusal(args, overlapMs) };
}

function moveOf(
  { credential, stackVault, placement, last, nowMs }: PlaceReadArgs,
  isNewPlace: boolean,
  overlapMs: number,
): Move | undefined {
  const { vault: to, movedFrom: from } = placement;
  const between = (state: Move["state"], left: string, sinceMs: number): Move => {
    const oldName = nameIn(credential, left, stackVault);
    return { state, from: left, to, oldName, sinceMs, removableAtMs: sinceMs + overlapMs };
  };
  if (from === undefined) {
    const left = last?.movedFrom;
    const isLeft = left !== undefined && !isSameVault(left, to);
    return isLeft ? between("ends", left, last?.sinceMs ?? nowMs) : undefined;
  }
  const sinceMs = last !== undefined && isAt(last, placement) ? last.sinceMs : undefined;
  return between(isNewPlace ? "begins" : "goes on", from, sinceMs ?? nowMs);
}

function isAt(last: Placement, { vault, movedFrom }: Placement): boolean {
  return (
    isSameVault(last.vault, vault) &&
    last.movedFrom !== undefined &&
    movedFrom !== undefined &&
    isSameVault(last.movedFrom, movedFrom)
  );
}

/**
 * The later one of two publications, which differ only if an update died between them. Then the readers of the other
 * vault have got the one before until now: what they are promised counts from now, when this update brings that
 * vault up to date.
 */
function publication({ placement, read, last, nowMs }: PlaceReadArgs): {
  result: ReadResult;
  isNewPlace: boolean;
} {
  const { vault, movedFrom } = read;
  if (movedFrom === undefined) return { result: vault, isNewPlace: false };
  if (vault.kind === "missing") {
    // What had been published there already was lost, and has to be recovered.
    const isLost = last?.isPublished === true && isSameVault(last.vault, placement.vault);
    const isNewPlace = !isLost && movedFrom.kind !== "missing";
    return { result: isNewPlace ? movedFrom : vault, isNewPlace };
  }
  if (vault.kind !== "published" || movedFrom.kind === "missing") return { result: vault, isNewPlace: false };
  if (movedFrom.kind === "inconsistent") return { result: untilNow(vault, nowMs), isNewPlace: false };
  const writtenMs = (each: typeof vault) => each.publishedAtMs ?? Number.NEGATIVE_INFINITY;
  const later = writtenMs(movedFrom) > writtenMs(vault) ? movedFrom : vault;
  if (tagsText(vault) === tagsText(movedFrom)) return { result: later, isNewPlace: false };
  return { result: untilNow(later, nowMs), isNewPlace: false };
}

type PublishedRead = ReadResult & { kind: "published" };

function tagsText({ published }: PublishedRead): string {
  return JSON.stringify(publishedTags(published));
}

function untilNow(read: PublishedRead, nowMs: number): PublishedRead {
  return { ...read, publishedAtMs: Math.max(read.publishedAtMs ?? nowMs, nowMs) };
}

/** A vault that consumers may be reading is left only by way of `movedFrom`, and not before they could change over. */
function refusal(
  { credential, placement, last, nowMs }: PlaceReadArgs,
  overlapMs: number,
): string | undefined {
  if (last === undefined || !last.isPublished) return undefined;
  const { vault, movedFrom } = placement;
  const stays = (name: string) =>
    isSameVault(name, vault) || (movedFrom !== undefined && isSameVault(name, movedFrom));
  if (!stays(last.vault)) {
    return (
      `${credential} is published in vault ${last.vault}, but the settings say ${vault} and nothing of ${last.vault}: ` +
      `whoever reads it there would lose it. Add \`movedFrom: ${last.vault}\` to the credential (docs/runbooks/move-vault.md).`
    );
  }
  if (last.movedFrom === undefined || stays(last.movedFrom)) return undefined;
  const removableAtMs = (last.sinceMs ?? nowMs) + overlapMs;
  return nowMs >= removableAtMs
    ? undefined
    : `${credential} cannot be removed from vault ${last.movedFrom} before ${formatInstant(removableAtMs)}: until then its consumers have time to ` +
        `change over to ${last.vault}. Keep \`movedFrom: ${last.movedFrom}\` until then (docs/runbooks/move-vault.md).`;
}
