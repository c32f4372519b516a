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
const VAULT = "azure-native:keyvault:Vault";
const SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";

/** A name that `roleAssignmentName` makes: a UUID of version 5 (RFC 9562). */
const DERIVED_NAME = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** https://learn.microsoft.com/rest/api/resources/resources/list-by-resource-group */
const RESOURCES_API_VERSION = "2021-04-01";

type AzureReader = Pick<Azure, "resource" | "idsIn">;

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
  open: { directory: () => Promise<Directory>; azure: () => Promise<AzureReader> },
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
    if (id === undefined || !(await isOurs(create, id, deployment, open.azure))) continue;
    if (said.toLowerCase().includes(id.toLowerCase()) || (await isThere(create, id, open.azure))) {
      found.push({ create, id });
    }
  }
  const ids = new Map(found.map(({ create, id }) => [create.urn, id]));
  if (ids.size === 0) return false;
  await releaseStaleLock(engine, await holdersNow(engine), terminal);
  const pending = found.map(({ create }) => ({ type: "creating", resource: create.state }));
  const half = { ...exported, deployment: { ...exported.deployment, pending_operations: pending } };
  if (!(await writeSettled(engine, text, settledStack(half, ids), [...ids.keys()]))) return false;
  for (const { create, id } of found) {
    const { name } = partsOfUrn(create.urn);
    terminal.err(
      `An earlier update has made ${create.type} ${name} without hearing of it: taken over (${id}).`,
    );
  }
  return true;
}

/**
 * Whether nobody else can have made it. That is so for what stands in a resource group of the stack, or belongs to a
 * vault of the stack by its place or name, which no other vault in the world has; for names that are derived from
 * what they are for; for the principal of an application of the stack. And taking over changes nothing for anybody
 * if a resource group holds nothing, and if a vault holds nothing and is set up as the stack would do it.
 */
async function isOurs(
  { type, inputs }: PlannedCreate,
  id: string,
  { resources = [] }: Deployment,
  open: () => Promise<AzureReader>,
): Promise<boolean> {
  const known = (wanted: string) => resources.filter((resource) => resource.type === wanted);
  if (type === SERVICE_PRINCIPAL) {
    return known("azuread:index/application:Application").some(
      ({ outputs }) => outputs?.clientId === inputs.clientId,
    );
  }
  const path = id.toLowerCase();
  const isBelow = ({ id: scope }: { id?: string }) =>
    scope !== undefined && path.startsWith(`${scope.toLowerCase()}/`);
  const parts = path.split("/");
  if (DERIVED_NAME.test(parts.at(-1) ?? "") || known(GROUP).some(isBelow)) return true;
  const vaults = known(VAULT);
  const names = vaults.map(({ inputs: of }) => `${String(of?.vaultName).toLowerCase()}-`);
  if (vaults.some(isBelow) || parts.some((part) => names.some((name) => part.startsWith(name)))) return true;
  if (type === GROUP)
    return (await (await open()).idsIn(`${id}/resources`, RESOURCES_API_VERSION)).length === 0;
  return type === VAULT && isUnused(id, inputs, await open());
}

/** The engine stops at the first refusal; more may have been lost together with what that names. */
async function isThere(
  { type, inputs }: PlannedCreate,
  id: string,
  open: () => Promise<AzureReader>,
): Promise<boolean> {
  // Entra was asked for the id of anything else.
  if (!type.startsWith("azure-native:")) return true;
  const { azureApiVersion } = inputs;
  if (typeof azureApiVersion !== "string") return false;
  return (await (await open()).resource(id, azureApiVersion)) !== undefined;
}

/** A vault that holds nothing, and is as the stack would make it. */
async function isUnused(
  id: string,
  { properties, azureApiVersion }: Record<string, unknown>,
  azure: AzureReader,
): Promise<boolean> {
  const version = String(azureApiVersion);
  const vault = await azure.resource(id, version);
  if (vault === undefined || !isPartOf(properties, vault.properties)) return false;
  return (await azure.idsIn(`${id}/secrets`, version)).length === 0;
}

/** Whether all that is wanted is there, with the same values. */
function isPartOf(wanted: unknown, there: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return wanted === there;
  if (typeof there !== "object" || there === null) return false;
  return Object.entries(wanted).every(([name, value]) => isPartOf(value, Reflect.get(there, name)));
}
