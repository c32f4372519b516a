import { DirectoryError, notFound } from "./errors.ts";
import type { DeletedItem, EntraState } from "./state.ts";

/** https://learn.microsoft.com/graph/api/resources/directory: deleted items are kept for 30 days. */
const DELETED_ITEM_LIFETIME_MS = 30 * 86_400_000;

/** What can still be restored. */
export function deletedItems(entra: EntraState, nowMs: number): DeletedItem[] {
  return Object.values(entra.deletedItems).filter(
    ({ deletedDateTime }) => nowMs < Date.parse(deletedDateTime) + DELETED_ITEM_LIFETIME_MS,
  );
}

/** @throws DirectoryError when nothing deleted has this object id, or its 30 days are over. */
export function deletedItemOf(entra: EntraState, id: string, nowMs: number): DeletedItem {
  const item = deletedItems(entra, nowMs).find(({ object }) => object.id === id.toLowerCase());
  if (item === undefined) throw notFound(id);
  return item;
}

/**
 * Brings back an application or a service principal, without the grants and memberships it had.
 * An application brings its service principal along.
 * @see https://learn.microsoft.com/graph/api/directory-deleteditems-restore
 */
export function restoreDeletedItem(entra: EntraState, id: string, nowMs: number): DeletedItem {
  const item = deletedItemOf(entra, id, nowMs);
  if (item.kind === "application") {
    entra.applications[item.object.id] = item.object;
    const companion = deletedItems(entra, nowMs).find(
      ({ kind, object }) => kind === "servicePrincipal" && object.appId === item.object.appId,
    );
    if (companion !== undefined) restoreDeletedItem(entra, companion.object.id, nowMs);
  } else {
    const { appId } = item.object;
    if (Object.values(entra.servicePrincipals).some((other) => other.appId === appId)) {
      throw new DirectoryError(
        409,
        "Request_MultipleObjectsWithSameKeyValue",
        `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
      );
    }
    entra.servicePrincipals[item.object.id] = item.object;
  }
  delete entra.deletedItems[item.object.id];
  return item;
}

/** @see https://learn.microsoft.com/graph/api/directory-deleteditems-delete */
export function purgeDeletedItem(entra: EntraState, id: string, nowMs: number): void {
  const item = deletedItemOf(entra, id, nowMs);
  delete entra.deletedItems[item.object.id];
}
