import { addOwner, type OwnedKind, ownersOf, removeOwner } from "../../entra/references.ts";
import type { EntraState } from "../../entra/state.ts";

/** Adds owners to something that has just been made. */
export function addOwners(entra: EntraState, kind: OwnedKind, id: string, owners: readonly string[]): void {
  for (const owner of distinct(owners)) addOwner(entra, kind, id, owner);
}

/** Makes the owners exactly these: new ones first, so that nothing is ever without an owner on the way. */
export function setOwners(entra: EntraState, kind: OwnedKind, id: string, owners: readonly string[]): void {
  const before = [...ownersOf(entra, kind, id)];
  const wanted = distinct(owners);
  for (const owner of wanted) if (!before.includes(owner)) addOwner(entra, kind, id, owner);
  for (const owner of before) if (!wanted.includes(owner)) removeOwner(entra, kind, id, owner);
}

function distinct(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}
