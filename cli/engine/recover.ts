import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { applicationMarker } from "../../infra/credential/application.ts";
import { handMadeKeys, orphanKeys } from "../../infra/credential/orphan-keys.ts";
import type { Terminal } from "../terminal.ts";
import type { Directory } from "./directory.ts";
import type { Engine } from "./engine.ts";
import { describeHolders, lockHolders, locksAreStale } from "./lock.ts";
import { StackLockedError } from "./locked-error.ts";
import {
  armIdOf,
  type ExportedStack,
  hasPendingOperations,
  type PendingCreate,
  pendingCreates,
  pendingPasswordDeletes,
  settledStack,
} from "./pending.ts";
import { isHolderAlive } from "./process-alive.ts";
import { partsOfUrn } from "./urn.ts";

/**
 * Takes a lock away whose holder is gone. A lock whose holder lives, or cannot be asked because it is another
 * machine, is left.
 * @returns whether a lock was taken away.
 * @throws StackLockedError that names the holder.
 */
export async function releaseStaleLock(
  engine: Engine,
  refusal: string,
  terminal: Terminal,
): Promise<boolean> {
  const holders = lockHolders(refusal);
  if (holders === undefined) return false;
  if (!locksAreStale(holders, { host: hostname(), isAlive: isHolderAlive })) {
    throw new StackLockedError(engine.stack, holders);
  }
  terminal.err(`The update of ${describeHolders(holders)} died and left a lock: removed.`);
  await engine.expect(["cancel", "--yes"]);
  return true;
}

/** The stack's checkpoint, as far as it matters here. */
interface Deployment {
  resources?: { urn: string; id?: string; type: string; outputs?: Record<string, unknown> }[];
  pending_operations?: unknown[];
}

export async function exportStack(engine: Engine): Promise<ExportedStack> {
  const { stdout } = await engine.expect(["stack", "export"]);
  return JSON.parse(stdout) as ExportedStack;
}

export async function exportDeployment(engine: Engine): Promise<Deployment> {
  return ((await exportStack(engine)).deployment ?? {}) as Deployment;
}

/**
 * Settles what an update left half done: whatever it made is taken into the stack, whatever it did not make
 * is forgotten. Secrets whose value died with the engine are of no use: `removeOrphans` deletes them later.
 */
export async function settlePending(
  engine: Engine,
  directory: () => Promise<Directory>,
  terminal: Terminal,
): Promise<void> {
  const exported = await exportStack(engine);
  const deployment = (exported.deployment ?? {}) as Deployment;
  if (!hasPendingOperations(deployment)) return;
  const creates = pendingCreates(deployment);
  terminal.err(
    `The last update died in the middle of ${deployment.pending_operations?.length} operation(s): looking at what became of them …`,
  );
  const ids = new Map<string, string>();
  for (const pending of creates) {
    const id = await madeId(pending, deployment, engine, directory);
    if (id !== undefined) ids.set(pending.urn, id);
    const { name } = partsOfUrn(pending.urn);
    terminal.err(
      `  ${pending.type} ${name}: ${id === undefined ? "to be made again" : `taken over if it exists (${id})`}`,
    );
  }
  const gone = await deletedPasswords(deployment, directory);
  await importStack(engine, settledStack(exported, ids, gone));
  if (ids.size > 0) {
    const targets = [...ids.keys()].flatMap((urn) => ["--target", urn]);
    await engine.expect(["refresh", "--yes", "--skip-preview", ...targets]);
  }
}

/** Of the secrets that the engine was deleting, those that Entra has no longer. */
async function deletedPasswords(
  deployment: Deployment,
  directory: () => Promise<Directory>,
): Promise<Set<string>> {
  const gone = new Set<string>();
  for (const id of pendingPasswordDeletes(deployment)) {
    const [objectId = "", , keyId = ""] = id.split("/");
    const keys = (await (await directory()).keysOf(objectId)) ?? [];
    if (!keys.some((key) => key.keyId === keyId)) gone.add(id);
  }
  return gone;
}

/** Writes a checkpoint back. Secrets in it are encrypted; the file is for its owner alone all the same. */
export async function importStack(engine: Engine, stack: ExportedStack): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "keyturn-settle-"));
  try {
    const file = join(folder, "stack.json");
    await writeFile(file, JSON.stringify(stack), { mode: 0o600 });
    await engine.expect(["stack", "import", "--file", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The id under which a resource exists, if it was made before the engine died. */
async function madeId(
  pending: PendingCreate,
  deployment: Deployment,
  engine: Engine,
  directory: () => Promise<Directory>,
): Promise<string | undefined> {
  const { name } = partsOfUrn(pending.urn);
  switch (pending.type) {
    case "azuread:index/application:Application": {
      const known = new Set((deployment.resources ?? []).map(({ id }) => id));
      const marked = await (await directory()).applicationsMarked(applicationMarker(engine.stack, name));
      const found = marked.find(({ id }) => !known.has(`/applications/${id}`));
      return found === undefined ? undefined : `/applications/${found.id}`;
    }
    case "azuread:index/servicePrincipal:ServicePrincipal": {
      const found = await (await directory()).servicePrincipalOf(String(pending.inputs.clientId));
      return found === undefined ? undefined : `/servicePrincipals/${found.id}`;
    }
    default:
      return armIdOf(pending, { subscriptionId: engine.env.ARM_SUBSCRIPTION_ID ?? "" });
  }
}

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

/**
 * Removes what dead updates made in Entra and lost: keys with our description, and applications with our
 * marker, that the stack does not know. Nothing made by hand carries either.
 */
export async function removeOrphans(
  engine: Engine,
  directory: Directory,
  credentials: readonly { name: string; applicationObjectId: string }[],
): Promise<{ removed: Removed; handMade: HandMadeKey[] }> {
  const deployment = await exportDeployment(engine);
  const resources = deployment.resources ?? [];
  const knownKeys = new Set(
    resources.flatMap(({ type, outputs }) =>
      type === "azuread:index/applicationPassword:ApplicationPassword" ? [String(outputs?.keyId)] : [],
    ),
  );
  const knownIds = new Set(resources.map(({ id }) => id));
  const removed: Removed = { keys: [], applications: [] };
  const handMade: HandMadeKey[] = [];
  for (const { name, applicationObjectId } of credentials) {
    const keys = (await directory.keysOf(applicationObjectId)) ?? [];
    for (const { keyId } of orphanKeys(keys, { stack: engine.stack, credential: name }, knownKeys)) {
      await directory.removeKey(applicationObjectId, keyId);
      removed.keys.push({ credential: name, keyId });
    }
    for (const { keyId, displayName = null, endDateTime = null } of handMadeKeys(keys)) {
      handMade.push({ credential: name, keyId, displayName, endDateTime });
    }
    for (const { id } of await directory.applicationsMarked(applicationMarker(engine.stack, name))) {
      if (id === applicationObjectId || knownIds.has(`/applications/${id}`)) continue;
      await directory.deleteApplication(id);
      removed.applications.push({ credential: name, objectId: id });
    }
  }
  return { removed, handMade };
}
