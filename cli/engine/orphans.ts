import { applicationMarker } from "../../infra/credential/application-marker.ts";
import { handMadeKeys, orphanKeys } from "../../infra/credential/orphan-keys.ts";
import { CommandError } from "../exit-codes.ts";
import { exportDeployment } from "./checkpoint.ts";
import type { Directory, DirectoryApplication, DirectoryKey } from "./directory.ts";
import type { Engine } from "./engine.ts";
import { describeHolders, holdersNow } from "./lock.ts";
import { hasPendingOperations } from "./pending.ts";
import type { ReadPublishedKeys } from "./published-keys.ts";

/** What a clean-up removed. */
export interface Removed {
  keys: { credential: string; keyId: string }[];
  applications: { credential: string; objectId: string }[];
}

/** A secret that people made on a managed application: told of, never touched. */
export interface HandMadeKey {
  credential: string;
  keyId: string;
  /** As its maker called it. */
  displayName: string | null;
  /** ISO 8601. */
  endDateTime: string | null;
}

/** What a clean-up came to. */
export interface CleanUp {
  removed: Removed;
  handMade: HandMadeKey[];
  /** What could not be done, and is left to the next update. */
  warnings: string[];
}

/** A managed credential as far as a clean-up needs it. */
export interface ManagedApplication {
  name: string;
  applicationObjectId: string;
}

/** What Entra has for a credential, read before what the stack says of it. */
interface Found extends ManagedApplication {
  keys: DirectoryKey[];
  applications: DirectoryApplication[];
}

/** What Entra has and the stack does not know. */
interface Orphan {
  credential: string;
  kind: "key" | "application";
  /** A key's or an application's. */
  id: string;
  applicationObjectId: string;
}

/**
 * Removes what dead updates made in Entra and lost: keys with our description, and applications with our
 * marker, that the stack does not know. Nothing made by hand carries either.
 *
 * Another update may be under way, and what it has made must not be taken for lost. So what Entra has is read first,
 * then the lock is asked for, and what the stack knows is read last: whatever was there at the beginning, and was
 * made by an update that is over, stands in the checkpoint by then, unless it is lost. Nothing is removed while
 * somebody holds the lock or an operation is pending, nor ever a key that the vault publishes.
 */
export async function removeOrphans(
  engine: Engine,
  directory: Directory,
  readPublishedKeys: ReadPublishedKeys,
  credentials: readonly ManagedApplication[],
): Promise<CleanUp> {
  const found: Found[] = [];
  for (const credential of credentials) {
    found.push({
      ...credential,
      keys: (await directory.keysOf(credential.applicationObjectId)) ?? [],
      applications: await directory.applicationsMarked(applicationMarker(engine.stackName, credential.name)),
    });
  }
  const removed: Removed = { keys: [], applications: [] };
  const cleanUp: CleanUp = { removed, handMade: found.flatMap(handMadeOf), warnings: [] };
  if (orphansAmong(found, engine, await exportDeployment(engine)).length === 0) return cleanUp;

  const busy = await whyNotNow(engine);
  const deployment = await exportDeployment(engine);
  const orphans = orphansAmong(found, engine, deployment);
  if (orphans.length === 0) return cleanUp;
  const why = busy ?? (hasPendingOperations(deployment) ? "an operation of the stack is pending" : undefined);
  if (why !== undefined) {
    cleanUp.warnings.push(
      `${why}: what looks lost in Entra may be its own, so nothing was removed. The next update looks again.`,
    );
    return cleanUp;
  }
  const published = await readPublishedKeys(deployment);
  for (const orphan of orphans) {
    const { credential, kind, id, applicationObjectId } = orphan;
    if (published.has(id)) {
      cleanUp.warnings.push(
        `${credential}: key ${id} is published, but the stack does not know it: left alone (docs/runbooks/damaged-state.md)`,
      );
      continue;
    }
    try {
      if (kind === "key") {
        await directory.removeKey(applicationObjectId, id);
        removed.keys.push({ credential, keyId: id });
      } else {
        await directory.deleteApplication(id);
        removed.applications.push({ credential, objectId: id });
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      cleanUp.warnings.push(`${credential}: the lost ${kind} ${id} could not be removed: ${error.message}`);
    }
  }
  return cleanUp;
}

/** Why nothing may be removed now: somebody is at work, or it cannot be known that nobody is. */
async function whyNotNow(engine: Engine): Promise<string | undefined> {
  const holders = await holdersNow(engine);
  if (holders === undefined) return "it cannot be found out whether another update is under way";
  return holders.length === 0
    ? undefined
    : `another update of stack ${engine.stack} is under way (${describeHolders(holders)})`;
}

function orphansAmong(
  found: readonly Found[],
  { stackName }: Engine,
  { resources = [] }: Awaited<ReturnType<typeof exportDeployment>>,
): Orphan[] {
  const knownKeys = new Set(
    resources.flatMap(({ type, outputs }) =>
      type === "azuread:index/applicationPassword:ApplicationPassword" ? [String(outputs?.keyId)] : [],
    ),
  );
  const knownIds = new Set(resources.map(({ id }) => id));
  return found.flatMap(({ name: credential, applicationObjectId, keys, applications }) => [
    ...orphanKeys(keys, { stack: stackName, credential }, knownKeys).map(
      ({ keyId }): Orphan => ({ credential, kind: "key", id: keyId, applicationObjectId }),
    ),
    ...applications
      .filter(({ id }) => id !== applicationObjectId && !knownIds.has(`/applications/${id}`))
      .map(({ id }): Orphan => ({ credential, kind: "application", id, applicationObjectId })),
  ]);
}

function handMadeOf({ name, keys }: Found): HandMadeKey[] {
  return handMadeKeys(keys).map(({ keyId, displayName = null, endDateTime = null }) => ({
    ...{ credential: name, keyId, displayName, endDateTime },
  }));
}
