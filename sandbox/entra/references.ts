import { applicationOf } from "./application-lookup.ts";
import { type DirectoryObject, directoryObjectOf } from "./directory-objects.ts";
import { badRequest, notFound } from "./errors.ts";
import { groupOf } from "./groups.ts";
import { servicePrincipalOf } from "./service-principals.ts";
import type { EntraState } from "./state.ts";

/** Which kind of object has owners. */
export type OwnedKind = "application" | "servicePrincipal" | "group";

/**
 * @throws DirectoryError when either object is missing, when the owner is neither a user nor a service
 * principal, or when it is an owner already
 * @see https://learn.microsoft.com/graph/api/application-post-owners
 */
export function addOwner(entra: EntraState, kind: OwnedKind, id: string, ownerId: string): void {
  const owners = ownersOf(entra, kind, id);
  const owner = directoryObjectOf(entra, ownerId);
  if (owner.kind !== "user" && owner.kind !== "servicePrincipal") {
    throw badRequest(
      `The reference target '${owner.object.id}' of type '${owner.kind}' is invalid for the 'owners' reference.`,
    );
  }
  addReference(owners, owner, "owners");
}

/** @see https://learn.microsoft.com/graph/api/application-delete-owners */
export function removeOwner(entra: EntraState, kind: OwnedKind, id: string, ownerId: string): void {
  const owners = ownersOf(entra, kind, id);
  // Graph refuses to leave a group without an owner once it has had one who is a person.
  if (kind === "group" && owners.length === 1 && entra.users[ownerId.toLowerCase()] !== undefined) {
    throw badRequest("The group must have at least one owner, hence this owner cannot be removed.");
  }
  removeReference(owners, ownerId);
}

/** The object ids of the owners; a live list when `entra` is a draft. */
export function ownersOf(entra: EntraState, kind: OwnedKind, id: string): string[] {
  switch (kind) {
    case "application":
      return applicationOf(entra, id).owners;
    case "servicePrincipal":
      return servicePrincipalOf(entra, id).owners;
    case "group":
      return groupOf(entra, id).owners;
  }
}

/** @see https://learn.microsoft.com/graph/api/group-post-members */
export function addGroupMember(entra: EntraState, groupId: string, memberId: string): void {
  const group = groupOf(entra, groupId);
  const member = directoryObjectOf(entra, memberId);
  if (member.kind === "application" || member.kind === "directoryRole" || member.object.id === group.id) {
    throw badRequest(
      `The reference target '${member.object.id}' of type '${member.kind}' is invalid for the 'members' reference.`,
    );
  }
  addReference(group.members, member, "members");
}

/** @see https://learn.microsoft.com/graph/api/group-delete-members */
export function removeGroupMember(entra: EntraState, groupId: string, memberId: string): void {
  removeReference(groupOf(entra, groupId).members, memberId);
}

/** Ids of the groups that hold this object, directly or through another group. */
export function groupsContaining(entra: EntraState, objectId: string): string[] {
  const found = new Set<string>();
  const search = (memberId: string) => {
    for (const group of Object.values(entra.groups)) {
      if (group.members.includes(memberId) && !found.has(group.id)) {
        found.add(group.id);
        search(group.id);
      }
    }
  };
  search(objectId.toLowerCase());
  return [...found];
}

function addReference(references: string[], target: DirectoryObject, property: string): void {
  if (references.includes(target.object.id)) {
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${property}'.`,
    );
  }
  references.push(target.object.id);
}

function removeReference(references: string[], id: string): void {
  const at = references.indexOf(id.toLowerCase());
  if (at < 0) throw notFound(id);
  references.splice(at, 1);
}

/** Ids of everything in a group, directly or in a group inside it. */
export function membersOf(entra: EntraState, groupId: string): string[] {
  const found = new Set<string>();
  const search = (id: string) => {
    for (const member of groupOf(entra, id).members) {
      if (found.has(member)) continue;
      found.add(member);
      if (entra.groups[member] !== undefined) search(member);
    }
  };
  search(groupId);
  return [...found];
}
