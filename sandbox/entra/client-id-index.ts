import { isDraft, original } from "immer";

type ById<T> = Readonly<Record<string, T>>;

/** By a snapshot of the directory's objects: an index of them by client id. */
const indexes = new WeakMap<object, ReadonlyMap<string, unknown>>();

/**
 * What has this client id. A snapshot of the state is indexed once; in a draft, the snapshot behind it is
 * asked first, so that only what the draft has added is searched.
 */
export function withClientId<T extends { id: string; appId: string }>(
  objects: ById<T>,
  clientId: string,
): T | undefined {
  const wanted = clientId.toLowerCase();
  if (!isDraft(objects))
    return Object.isFrozen(objects) ? indexOf(objects).get(wanted) : search(objects, wanted);
  const before = original(objects as object) as ById<T> | undefined;
  if (before === undefined) return search(objects, wanted);
  const known = indexOf(before).get(wanted);
  const still = known === undefined ? undefined : objects[known.id];
  if (still !== undefined) return still;
  const added = Object.keys(objects).filter((id) => !(id in before));
  return added.map((id) => objects[id]).find((object) => object?.appId === wanted);
}

function search<T extends { appId: string }>(objects: ById<T>, wanted: string): T | undefined {
  return Object.values(objects).find(({ appId }) => appId === wanted);
}

function indexOf<T extends { appId: string }>(objects: ById<T>): ReadonlyMap<string, T> {
  const known = indexes.get(objects) as ReadonlyMap<string, T> | undefined;
  if (known !== undefined) return known;
  const index = new Map(Object.values(objects).map((object) => [object.appId, object]));
  indexes.set(objects, index);
  return index;
}
