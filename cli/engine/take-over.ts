import type { Azure } from "../bootstrap/azure.ts";
import type { Terminal } from "../terminal.ts";
import { type Deployment, exportText, parseExport } from "./checkpoint.ts";
import type { Directory } from "./directory.ts";
import type { Engine } from "./engine.ts";
import { holdersNow } from "./lock.ts";
import { hasPendingOperations, settledStack } from "./pending.ts";
import { type PlannedCreate, plannedCreates } from "./planned-creates.ts";
import { madeId, releaseStaleLock, writeSettled } from "./recover.ts";
import { partsOfUrn } from "./urn.ts";

const GROUP = "azure-native:resources:ResourceGroup";
const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";
const VAULT = "azure-native:keyvault:Vault";
const DIRECTORY_SETTING = "azure-native:aadiam:DiagnosticSetting";
const SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";

/** A resource that is there, and that the stack wants to make. */
interface Found {
  create: PlannedCreate;
  id: string;
}

/**
 * Takes into the stack what an earlier update has made without hearing of it, because the answer was lost: the
 * engine then wants to make it again, and the provider refuses for ever, since it is there already
 * (https://github.com/pulumi/pulumi/issues/15958). Only what must be this stack's own is taken.
 * @param said what the failed update said: it names what is there already.
 * @returns whether anything was taken.
 * @throws StackLockedError if another update is under way; CommandError if Azure or Entra cannot be asked.
 */
export async function takeOverLost(
  engine: Engine,
  said: string,
  open: { directory: () => Promise<Directory>; azure: () => Promise<Pick<Azure, "resourcesIn">> },
  terminal: Terminal,
): Promise<boolean> {
  if (!/already exist/i.test(said)) return false;
  const text = await exportText(engine);
  const exported = parseExport(text);
  const deployment = (exported.deployment ?? {}) as Deployment;
  if (hasPendingOperations(deployment)) return false;
  const found: Found[] = [];
  for (const create of await plannedCreates(engine)) {
    const id = await madeId(create, deployment, engine, open.directory);
    if (id === undefined || !said.toLowerCase().includes(id.toLowerCase())) continue;
    if (await isOurs(create, id, deployment, open.azure)) found.push({ create, id });
  }
  const ids = new Map(found.map(({ create, id }) => [create.urn, id]));
  if (ids.size === 0) return false;
  for (const { create, id } of found) {
    terminal.err(
      `An earlier update has made ${create.type} ${partsOfUrn(create.urn).name} without hearing of it: taken over (${id}).`,
    );
  }
  await releaseStaleLock(engine, await holdersNow(engine), terminal);
  const pending = found.map(({ create }) => ({ type: "creating", resource: create.state }));
  const half = { ...exported, deployment: { ...exported.deployment, pending_operations: pending } };
  return writeSettled(engine, text, settledStack(half, ids), [...ids.keys()]);
}

/**
 * Whether nobody else can have made it: what is in a resource group of the stack, under the stack's own name for it;
 * a role assignment, whose name is derived from what it is for; the principal of an application of the stack; a
 * setting of the whole tenant that is named after the stack's vault, whose name nobody else in the world has; and a
 * resource group with nothing in it. What is in a group of somebody else's is left.
 */
async function isOurs(
  { type, inputs }: PlannedCreate,
  id: string,
  { resources = [] }: Deployment,
  azure: () => Promise<Pick<Azure, "resourcesIn">>,
): Promise<boolean> {
  if (type === ROLE_ASSIGNMENT) return true;
  if (type === SERVICE_PRINCIPAL) {
    return resources.some(
      (resource) =>
        resource.type === "azuread:index/application:Application" &&
        resource.outputs?.clientId === inputs.clientId,
    );
  }
  if (type === DIRECTORY_SETTING) {
    return resources.some(
      (resource) =>
        resource.type === VAULT && String(inputs.name).startsWith(`${resource.inputs?.vaultName}-`),
    );
  }
  if (type === GROUP) return (await (await azure()).resourcesIn(id)).length === 0;
  const groups = resources.filter((resource) => resource.type === GROUP && resource.id !== undefined);
  return groups.some((group) => id.toLowerCase().startsWith(`${group.id?.toLowerCase()}/`));
}
