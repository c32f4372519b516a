import { placeholderPaths } from "../../infra/settings/consistency.ts";
import type { CreationContext } from "../entra/context.ts";
import { createGroup } from "../entra/groups.ts";
import { createManagedIdentityPrincipal } from "../entra/managed-identities.ts";
import type { EntraState } from "../entra/state.ts";
import { createUser } from "../entra/users.ts";

/** A placeholder in a stack's settings, and what it stands for. */
export interface Placeholder {
  /** Of the setting, e.g. `credentials[0].consumers[1].principalId`. */
  path: string;
  kind: "tenant" | "group" | "user" | "identity";
  /** What a newcomer will recognise it by. The same kind and name are the same principal. */
  name: string;
}

/** The placeholders of raw settings (`keyturn:*`, without the prefix). */
export function placeholdersIn(settings: Readonly<Record<string, unknown>>): Placeholder[] {
  return placeholderPaths(settings).map((path) => {
    if (path === "tenantId") return { path, kind: "tenant", name: "tenant" };
    if (path === "team.groupId") {
      return { path, kind: "group", name: `${nameAt(settings, "team") ?? "team"} responders` };
    }
    const consumer = /^(credentials\[\d+\]\.consumers\[\d+\])\.principalId$/.exec(path)?.[1];
    if (consumer !== undefined) return { path, kind: "identity", name: nameAt(settings, consumer) ?? path };
    return { path, kind: "user", name: path.replace(/\W+/g, "-").replace(/-$/, "") };
  });
}

/** The `name` beside a placeholder. */
function nameAt(settings: unknown, path: string): string | undefined {
  let at = settings;
  for (const key of path.split(/[.[\]]+/).filter((part) => part !== "")) {
    at = (at as Record<string, unknown> | undefined)?.[key];
  }
  const name = (at as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : undefined;
}

/**
 * Makes whom the placeholders stand for, where they are not there yet.
 * @returns the ids, by setting path: the value of `KEYTURN_FILL_IN`.
 */
export function fillIn(
  entra: EntraState,
  placeholders: readonly Placeholder[],
  context: CreationContext,
): Record<string, string> {
  return Object.fromEntries(
    placeholders.map((placeholder) => [placeholder.path, idFor(entra, placeholder, context)]),
  );
}

function idFor(entra: EntraState, { kind, name }: Placeholder, context: CreationContext): string {
  const named = ({ displayName }: { displayName: string }) => displayName === name;
  switch (kind) {
    case "tenant":
      return entra.tenant.id;
    case "group": {
      const found = Object.values(entra.groups).find(named);
      const body = {
        displayName: name,
        mailEnabled: false,
        securityEnabled: true,
        mailNickname: nickname(name),
      };
      return (found ?? createGroup(entra, body, context)).id;
    }
    case "user": {
      const found = Object.values(entra.users).find(named);
      const body = {
        displayName: name,
        userPrincipalName: `${nickname(name)}@${entra.tenant.domain}`,
        accountEnabled: true,
      };
      return (found ?? createUser(entra, body, context)).id;
    }
    case "identity": {
      const found = Object.values(entra.servicePrincipals).find(named);
      return (
        found ??
        createManagedIdentityPrincipal(entra, { displayName: name, resourceId: `/sandbox/${name}` }, context)
      ).id;
    }
  }
}

function nickname(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
