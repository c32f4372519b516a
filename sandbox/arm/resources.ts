import type { Draft } from "immer";
import { isoSeconds } from "../iso-time.ts";
import type { State } from "../state.ts";
import {
  ArmError,
  badRequest,
  notEmulated,
  parentNotFound,
  resourceGroupNotFound,
  resourceNotFound,
  subscriptionNotFound,
} from "./errors.ts";
import { deleteManagedIdentity, identityOf } from "./managed-identities.ts";
import { isWithin, parseResourceId, type ResourceId, resourceKey } from "./resource-id.ts";
import type {
  ArmContext,
  ResourceBody,
  ResourceType,
  ResourceView,
  ResourceWrite,
  StoredType,
} from "./resource-types.ts";
import { RESOURCE_TYPES } from "./services/index.ts";
import type { ArmResource } from "./state.ts";

const types = new Map(RESOURCE_TYPES.map((type) => [type.type.toLowerCase(), type]));

/**
 * Creates or replaces a resource.
 * @throws ArmError 404 no such subscription, resource group or parent; 400 or 409 the service's refusal; 501 a
 * type that the sandbox does not emulate.
 */
export function putResource(
  draft: Draft<State>,
  id: string,
  body: ResourceBody,
  context: ArmContext,
): ResourceView {
  const parsed = requireId(id);
  const type = typeOf(parsed);
  requireParents(draft, parsed, type, "write");
  if (type.kind === "projected") {
    type.put({ draft, id: parsed, body, context });
    return getResource(draft, id, context.vaultUri);
  }
  const key = resourceKey(id);
  const existing = draft.arm.resources[key];
  if (existing !== undefined && type.writtenOnce) return viewOf(existing);
  const write = { draft, id: parsed, body, existing, context };
  const resource = written(type, write);
  draft.arm.resources[key] = resource;
  return viewOf(resource);
}

/** @throws ArmError 404 no such resource, or nothing that it could be in; 501 a type that is not emulated. */
export function getResource(state: State, id: string, vaultUri: (vaultName: string) => string): ResourceView {
  const parsed = requireId(id);
  const type = typeOf(parsed);
  requireParents(state, parsed, type, "read");
  if (type.kind === "projected") return type.get(state, parsed, vaultUri) ?? type.missing(parsed);
  const resource = state.arm.resources[resourceKey(id)];
  if (resource !== undefined) return viewOf(resource);
  if (type.type === "Microsoft.Resources/resourceGroups") throw resourceGroupNotFound(parsed.name);
  throw missingResource(parsed, type);
}

/** A resource as Resource Manager returns it. */
export function viewOf(resource: ArmResource): ResourceView {
  const { id, name, type, location, tags, properties, extra } = resource;
  return {
    id,
    name,
    type,
    ...(location !== null && { location }),
    ...((types.get(type.toLowerCase()) as StoredType | undefined)?.tracked && { tags }),
    properties,
    ...extra,
  };
}

/** Removes a resource with everything in it and on it. One that is not there is no error, as with Azure. */
export function deleteResource(draft: Draft<State>, id: string, context: ArmContext): void {
  const within = Object.values(draft.arm.resources)
    .filter((resource) => isWithin(resource.id, id))
    .sort((a, b) => b.id.length - a.id.length);
  for (const resource of within) {
    const type = types.get(resource.type.toLowerCase());
    if (type?.kind === "stored") type.remove?.({ draft, resource, context });
    const { principalId } = (resource.extra.identity ?? {}) as { principalId?: string };
    if (principalId !== undefined) deleteManagedIdentity(draft, principalId);
    delete draft.arm.resources[resourceKey(resource.id)];
  }
}

function written(type: StoredType, write: ResourceWrite): ArmResource {
  const { draft, id, body, existing, context } = write;
  const location = type.tracked ? requireLocation(id, body, existing) : null;
  const { properties, extra, hidden } = type.write(write);
  const identity = identityOf(draft, { body: body.identity, existing, id: id.id, name: id.name }, context);
  const now = isoSeconds(context.nowMs);
  return {
    id: existing?.id ?? id.id,
    type: type.type,
    name: existing?.name ?? id.name,
    location,
    tags: { ...body.tags },
    properties: withoutUndefined(properties),
    extra: withoutUndefined({
      ...extra,
      identity,
      ...(type.systemData && { systemData: systemData(context, existing, now) }),
    }),
    hidden: hidden ?? existing?.hidden ?? {},
    createdAt: existing?.createdAt ?? now,
    updatedAt: now,
  };
}

function systemData({ caller }: ArmContext, existing: ArmResource | undefined, now: string) {
  const before = existing?.extra.systemData as Record<string, unknown> | undefined;
  return {
    createdBy: before?.createdBy ?? caller.clientId,
    createdByType: before?.createdByType ?? "Application",
    createdAt: before?.createdAt ?? now,
    lastModifiedBy: caller.clientId,
    lastModifiedByType: "Application",
    lastModifiedAt: now,
  };
}

function requireLocation(
  id: ResourceId,
  { location }: ResourceBody,
  existing: ArmResource | undefined,
): string {
  if (location === undefined || location === "") {
    throw badRequest("The location property is required for this definition.", "LocationRequired");
  }
  const normalised = location.toLowerCase().replaceAll(" ", "");
  if (existing !== undefined && existing.location !== normalised) {
    throw new ArmError(
      409,
      "InvalidResourceLocation",
      `The resource '${id.name}' already exists in location '${existing.location}' in resource group ` +
        `'${id.resourceGroup ?? id.name}'. A resource with the same name cannot be created in location ` +
        `'${location}'. Please select a new resource name.`,
    );
  }
  return normalised;
}

function requireId(id: string): ResourceId {
  try {
    return parseResourceId(id);
  } catch {
    throw badRequest(`The request's path '${id}' is not the id of a resource.`, "InvalidResourceId");
  }
}

function typeOf({ type }: ResourceId): ResourceType {
  const known = types.get(type.toLowerCase());
  if (known === undefined) throw notEmulated(`the resource type ${type}`);
  return known;
}

/** @throws ArmError 404 what a resource is to be in, or on, does not exist. */
function requireParents(state: State, id: ResourceId, type: ResourceType, verb: "read" | "write"): void {
  if (
    id.subscriptionId !== undefined &&
    id.subscriptionId.toLowerCase() !== state.arm.subscriptionId.toLowerCase()
  ) {
    throw subscriptionNotFound(id.subscriptionId);
  }
  if (type.type === "Microsoft.Resources/resourceGroups" || id.resourceGroup === undefined) return;
  const groupId = `/subscriptions/${id.subscriptionId}/resourceGroups/${id.resourceGroup}`;
  if (state.arm.resources[resourceKey(groupId)] === undefined) throw resourceGroupNotFound(id.resourceGroup);
  if (id.parent !== undefined && state.arm.resources[resourceKey(id.parent)] === undefined) {
    throw parentNotFound(verb, id.type.slice(id.type.indexOf("/") + 1), id.parent);
  }
  if (type.kind === "stored" && type.extension) requireExtended(state, id);
}

/** An extension resource extends what exists; a secret, which lives in its vault, need not be there yet. */
function requireExtended(state: State, id: ResourceId): void {
  const extended = parseResourceId(id.scope);
  const vaultOfSecret = extended.type === "Microsoft.KeyVault/vaults/secrets" ? extended.parent : undefined;
  const needed = parseResourceId(vaultOfSecret ?? extended.id);
  if (state.arm.resources[resourceKey(needed.id)] === undefined) {
    throw resourceNotFound(`${needed.type}/${needed.name}`, needed.resourceGroup ?? "");
  }
}

function missingResource(id: ResourceId, type: StoredType): ArmError {
  if (type.extension || id.resourceGroup === undefined) {
    const what = type.type.slice(type.type.indexOf("/") + 1);
    return new ArmError(
      404,
      type.type === "Microsoft.Authorization/roleAssignments" ? "RoleAssignmentNotFound" : "ResourceNotFound",
      `The ${what} '${id.name}' is not found at scope '${id.scope}'.`,
    );
  }
  return resourceNotFound(`${id.type}/${id.name}`, id.resourceGroup);
}

function withoutUndefined(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
