import type { DirectoryObject } from "../../../entra/directory-objects.ts";
import { type Right, rights } from "../../../entra/rights.ts";
import type { DirectoryRole, EntraState, User } from "../../../entra/state.ts";
import type { Entity } from "../odata/list.ts";
import { applicationEntity } from "./application.ts";
import { groupEntity } from "./group.ts";
import { servicePrincipalEntity } from "./service-principal.ts";

/** @see https://learn.microsoft.com/graph/api/resources/user */
export function userEntity(user: User): Entity {
  return {
    id: user.id,
    businessPhones: [],
    displayName: user.displayName,
    givenName: null,
    jobTitle: null,
    mail: user.mail,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: null,
    userPrincipalName: user.userPrincipalName,
    accountEnabled: user.accountEnabled,
    userType: "Member",
  };
}

/** What Graph leaves out of a user unless `$select` names it. */
export const USER_PROPERTIES_ON_REQUEST: readonly string[] = ["accountEnabled", "userType"];

/** @see https://learn.microsoft.com/graph/api/resources/directoryrole */
export function directoryRoleEntity({ id, displayName, description, roleTemplateId }: DirectoryRole): Entity {
  return { id, deletedDateTime: null, description, displayName, roleTemplateId };
}

/**
 * An object that is found by its relation to another one. Of a user whom the caller may not read it gives no more than
 * type and id; everything else is null.
 * @see https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
export function relatedObjectEntity(call: RelationCall, related: DirectoryObject): Entity {
  const entity = directoryObjectEntity(call.entra, related, call);
  if (related.kind !== "user" || call.may(rights.readUsers)) return entity;
  const shown = ["@odata.type", "id"];
  return Object.fromEntries(
    Object.entries(entity).map(([name, value]) => [name, shown.includes(name) ? value : null]),
  ) as Entity;
}

interface RelationCall {
  entra: EntraState;
  beta: boolean;
  may(right: Right): boolean;
}

/** Any object, with its type. */
export function directoryObjectEntity(
  entra: EntraState,
  { kind, object }: DirectoryObject,
  { beta }: { beta: boolean },
): Entity {
  const entity = (): Entity => {
    switch (kind) {
      case "application":
        return applicationEntity(entra, object, { beta });
      case "servicePrincipal":
        return servicePrincipalEntity(entra, object, { beta });
      case "group":
        return groupEntity(entra, object, { beta });
      case "user":
        return userEntity(object);
      case "directoryRole":
        return directoryRoleEntity(object);
    }
  };
  return { "@odata.type": `#microsoft.graph.${kind}`, ...entity() };
}
