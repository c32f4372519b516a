import { policyOf } from "../settings/consistency.ts";
import type { Settings } from "../settings/schema.ts";
import { type LastPlacement, type PlacedRead, placeRead } from "./move.ts";
import { placementOf } from "./placement.ts";
import { type ReadMetadata, readPublished } from "./read-published.ts";

/**
 * Reads what is published of every credential that has secrets, in its vault and in the one that it is moved from.
 * @param last where each credential was after the last update.
 * @throws VaultReadError if anything cannot be read.
 */
export async function readCredentials(
  settings: Settings,
  readMetadata: ReadMetadata,
  last: ReadonlyMap<string, LastPlacement>,
  nowMs: number,
): Promise<Map<string, PlacedRead>> {
  const credentials = settings.credentials
    .filter(({ federated }) => federated.length === 0)
    .map((credential) => ({ credential, placement: placementOf(settings, credential) }));
  const places = credentials.flatMap(({ credential: { name }, placement: { vault, movedFrom } }) =>
    [vault, movedFrom].flatMap((each) => (each === undefined ? [] : [{ credential: name, vault: each }])),
  );
  const results = await readPublished(places, readMetadata);
  const readIn = (name: string, vault: string | undefined) =>
    results[places.findIndex((place) => place.credential === name && place.vault === vault)];
  return new Map(
    credentials.map(({ credential, placement }) => {
      const { name } = credential;
      const read = {
        vault: readIn(name, placement.vault) ?? { kind: "missing" as const },
        movedFrom: placement.movedFrom === undefined ? undefined : readIn(name, placement.movedFrom),
      };
      const policy = policyOf(settings, credential);
      const stackVault = settings.vault.name;
      const args = { credential: name, stackVault, placement, read, last: last.get(name), policy, nowMs };
      return [name, placeRead(args)];
    }),
  );
}
