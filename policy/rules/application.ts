import { applicationPermissions, delegatedPermissions } from "../../infra/settings/permissions.ts";
import { items, text, types } from "../checked-resource.ts";
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
  check: ({ type, properties }, { allowed }) => {
    if (type !== types.application) return [];
    const list = new Set(items(allowed).map((each) => String(each).toLowerCase()));
    return items(properties.requiredResourceAccesses).flatMap((access) => {
      const { resourceAppId, resourceAccesses } = access as Record<string, unknown>;
      return items(resourceAccesses).flatMap((each) => {
        const { id, type: kind } = each as Record<string, unknown>;
        const [api, permission, scope] = [text(resourceAppId), text(id), text(kind)];
        if (api === undefined || permission === undefined || scope === undefined) return [];
        const key = permissionKey(api, permission, scope);
        const name = NAMES_BY_ID.get(key);
        if (list.has(key) || (name !== undefined && list.has(name.toLowerCase()))) return [];
        return [`the permission ${name ?? key} is not on the allowed list`];
      });
    });
  },
};

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
    return type === types.application && audience !== undefined && PERSONAL.includes(audience)
      ? [`signInAudience is ${audience}`]
      : [];
  },
};
