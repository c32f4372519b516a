import { hostname } from "node:os";
import { applicationMarker } from "../../infra/credential/application-marker.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Terminal } from "../terminal.ts";
import { type Deployment, exportText, importStack, parseExport } from "./checkpoint.ts";
import type { Directory } from "./directory.ts";
import type { Engine } from "./engine.ts";
import { describeHolders, holdersNow, type LockHolder, locksAreStale } from "./lock.ts";
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
 * @param holders as Pulumi named them; undefined if it spoke of no lock.
 * @returns whether a lock was taken away.
 * @throws StackLockedError that names the holder.
 */
export async function releaseStaleLock(
  engine: Engine,
  holders: readonly LockHolder[] | undefined,
  terminal: Terminal,
): Promise<boolean> {
  if (holders === undefined || holders.length === 0) return false;
  if (!locksAreStale(holders, { host: hostname(), isAlive: isHolderAlive })) {
    throw new StackLockedError(engine.stack, holders);
  }
  terminal.err(`The update of ${describeHolders(holders)} died and left a lock: removed.`);
  await engine.expect(["cancel", "--yes"]);
  return true;
}

/** How often another update may come in between. */
const MOST_TRIES = 3;

/**
 * Settles what an update left half done: whatever it made is taken into the stack, whatever it did not make
 * is forgotten. Secrets whose value died with the engine are of no use: `removeOrphans` deletes them later.
 *
 * What is half done may be another update's that is under way, and the checkpoint is written as a whole: so the lock
 * is asked for first, and nothing is written unless the checkpoint is still the one that was looked at.
 * @throws StackLockedError if another update is under way; CommandError if one after the other comes in between.
 */
export async function settlePending(
  engine: Engine,
  directory: () => Promise<Directory>,
  terminal: Terminal,
): Promise<void> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const text = await exportText(engine);
    if (!hasPendingOperations(parseExport(text).deployment)) return;
    await releaseStaleLock(engine, await holdersNow(engine), terminal);
    if (await settle(engine, text, directory, terminal)) return;
    terminal.err("Meanwhile another update has written the stack's state: looking again …");
  }
  throw new CommandError(
    `the state of stack ${engine.stack} changed ${MOST_TRIES} times while it was looked at: other updates are under way. ` +
      "Wait for them and try again.",
  );
}

/** @returns false if the stack's state has changed meanwhile: nothing was written then. */
async function settle(
  engine: Engine,
  text: string,
  directory: () => Promise<Directory>,
  terminal: Terminal,
): Promise<boolean> {
  const exported = parseExport(text);
  const deployment = (exported.deployment ?? {}) as Deployment;
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
  return writeSettled(engine, text, settledStack(exported, ids, gone), [...ids.keys()]);
}

/**
 * Writes a settled stack, and lets the engine read what was taken into it.
 * @param text the checkpoint that was settled.
 * @param taken URNs.
 * @returns false if another update has written the checkpoint meanwhile: nothing was written then.
 */
export async function writeSettled(
  engine: Engine,
  text: string,
  settled: ExportedStack,
  taken: readonly string[],
): Promise<boolean> {
  if ((await exportText(engine)) !== text) return false;
  await importStack(engine, settled);
  if (taken.length > 0) {
    const targets = taken.flatMap((urn) => ["--target", urn]);
    await engine.expect(["refresh", "--yes", "--skip-preview", ...targets]);
  }
  return true;
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

/** The id under which a resource exists, if it was made; undefined if it was not, or nobody can know. */
export async function madeId(
  pending: PendingCreate,
  deployment: Deployment,
  engine: Engine,
  directory: () => Promise<Directory>,
): Promise<string | undefined> {
  const { name } = partsOfUrn(pending.urn);
  switch (pending.type) {
    case "azuread:index/application:Application": {
      const known = new Set((deployment.resources ?? []).map(({ id }) => id));
      const marked = await (await directory()).applicationsMarked(applicationMarker(engine.stackName, name));
      const found = marked.find(({ id }) => !known.has(`/applications/${id}`));
      return found === undefined ? undefined : `/applications/${found.id}`;
    }
    case "azuread:index/servicePrincipal:ServicePrincipal": {
      const found = await (await directory()).servicePrincipalOf(String(pending.inputs.clientId));
      return found === undefined ? undefined : `/servicePrincipals/${found.id}`;
    }
    default:
      return pending.type.startsWith("azure-native:")
        ? armIdOf(pending, { subscriptionId: subscriptionIn(deployment, engine.env) })
        : undefined;
  }
}

/**
 * The subscription that the stack is in: as everything of it that is there already says, else the environment's.
 * @throws CommandError if neither tells.
 */
function subscriptionIn({ resources = [] }: Deployment, env: NodeJS.ProcessEnv): string {
  for (const { id } of resources) {
    const [, subscriptionId] = /^\/subscriptions\/([^/]+)\/resourceGroups\//i.exec(id ?? "") ?? [];
    if (subscriptionId !== undefined) return subscriptionId;
  }
  if (env.ARM_SUBSCRIPTION_ID !== undefined && env.ARM_SUBSCRIPTION_ID !== "") return env.ARM_SUBSCRIPTION_ID;
  throw new CommandError(
    "ARM_SUBSCRIPTION_ID must name the stack's subscription: without it nothing tells what became of the update that died",
    exitCodes.configuration,
  );
}
