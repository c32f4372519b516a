import { applicationPermissions, delegatedPermissions } from "../../infra/settings/permissions.ts";
import { at, type CheckedResource, items, text, types } from "../checked-resource.ts";
import type { ResourceRule } from "../rule.ts";

const NAMES_BY_ID: ReadonlyMap<string, string> = new Map(
  [...delegatedPermissions, ...applicationPermissions].map(([name, { api, id, type }]) => [
    permissionKey(api, id, type),
    name,
  ]),
);

function permissionKey(api: string, id: string, type: string): string {
  return `${api}/${id}/${type}`.toLowerCase();
}

export const graphPermissions: ResourceRule = {
  name: "graph-permissions",
  level: "mandatory",
  description: "An application asks only for permissions on the allowed list.",
  reason: "the secret is worth as much to a thief as the application's permissions allow.",
  fix: "remove the permission, or let somebody decide on it and put it on the list.",
  options: {
    allowed: {
      type: "array",
      items: { type: "string" },
      default: [...new Set(NAMES_BY_ID.values())].sort(),
      description: "names of permissions, or <API id>/<permission id>/<Role or Scope>",
    },
  },
  check: (resource, { allowed }) => {
    const list = new Set(items(allowed).map((each) => String(each).toLowerCase()));
    return askedFor(resource)
      .filter((names) => !names.some((name) => list.has(name.toLowerCase())))
      .map(([name]) => `the permission ${name} is not on the allowed list`);
  },
};

/** The permissions that a resource asks for or gives, as far as they can be seen: each by its names, the best one first. */
function askedFor({ type, properties }: CheckedResource): [string, ...string[]][] {
  switch (type) {
    case types.application:
      return items(properties.requiredResourceAccesses).flatMap((access) =>
        items(at(access, "resourceAccesses")).flatMap((each) =>
          namesOf(at(access, "resourceAppId"), at(each, "id"), at(each, "type")),
        ),
      );
    case types.apiAccess:
      return [
        ...items(properties.roleIds).flatMap((id) => namesOf(properties.apiClientId, id, "Role")),
        ...items(properties.scopeIds).flatMap((id) => namesOf(properties.apiClientId, id, "Scope")),
      ];
    case types.appRoleAssignment: {
      // Which API it is of, only its service principal's id says: a permission's own id is as good.
      const id = text(properties.appRoleId)?.toLowerCase();
      if (id === undefined) return [];
      const known = [...NAMES_BY_ID.entries()].find(([key]) => key.split("/")[1] === id);
      return [known === undefined ? [id] : [known[1], known[0]]];
    }
    case types.delegatedGrant:
      return items(properties.claimValues).flatMap((value) => {
        const name = text(value);
        return name === undefined ? [] : [[name] as [string]];
      });
    default:
      return [];
  }
}

function namesOf(api: unknown, id: unknown, kind: unknown): [string, ...string[]][] {
  const [ofApi, permission, scope] = [text(api), text(id), text(kind)];
  if (ofApi === undefined || permission === undefined || scope === undefined) return [];
  const key = permissionKey(ofApi, permission, scope);
  const name = NAMES_BY_ID.get(key);
  return [name === undefined ? [key] : [name, key]];
}

/** Sign-in audiences that let personal accounts in (https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation). */
const PERSONAL = ["AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"];

export const applicationAudience: ResourceRule = {
  name: "application-audience",
  level: "mandatory",
  description: "An application is not open to personal Microsoft accounts.",
  reason: "anybody on the internet can make such an account, and no administrator of a customer is asked.",
  fix: "set signInAudience to AzureADMyOrg or AzureADMultipleOrgs.",
  check: ({ type, properties }) => {
    const audience = text(properties.signInAudience);
    const isApplication = type === types.application || type === types.applicationRegistration;
    return isApplication &&
      audience !== undefined &&
      PERSONAL.some((each) => each.toLowerCase() === audience.toLowerCase())
      ? [`signInAudience is ${audience}`]
      : [];
  },
};
