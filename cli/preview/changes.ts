import { builtInRoles } from "../../infra/roles.ts";
import { applicationPermissions, delegatedPermissions } from "../../infra/settings/permissions.ts";
import { partsOfName } from "../../infra/vault/placement.ts";
import { readerOf } from "./alarms.ts";
import { kindOf, type Step } from "./events.ts";

/** A change beside the rotation itself. */
export interface Change {
  area: "rights" | "alerts" | "vault" | "application" | "other";
  what: string;
}

const ROLE_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(builtInRoles).map(([name, id]) => [
    id,
    name.replace(/[A-Z]/g, (capital) => ` ${capital}`).replace(/^./, (first) => first.toUpperCase()),
  ]),
);

const PERMISSION_NAMES: ReadonlyMap<string, string> = new Map(
  [...delegatedPermissions, ...applicationPermissions].map(([name, { id, type }]) => [
    id,
    `${name} (${type === "Role" ? "as the application" : "delegated"})`,
  ]),
);

/** What a step changes, in sentences; empty where nothing is to be told. Pure. */
export function changesOf(step: Step): Change[] {
  const { type, operation } = step;
  if (operation === "same" || type.startsWith("keyturn:") || type.startsWith("pulumi:")) return [];
  if (type === "azure-native:authorization:RoleAssignment")
    return [{ area: "rights", what: rightChange(step) }];
  if (type === "azuread:index/application:Application" && operation === "update")
    return applicationChanges(step);
  const details = operation === "update" || operation === "replace" ? listed(step.changed) : "";
  return [
    { area: areaOf(step), what: `${kindOf(type)} ${step.name} is ${operation}d${details}` },
    ...rightsOfNew(step),
  ];
}

/** What an application that is created may ask for, and who may sign in to it; empty for every other step. Pure. */
export function rightsOfNew({ type, operation, after }: Step): Change[] {
  if (type !== "azuread:index/application:Application" || operation !== "create") return [];
  const permissions = permissionsIn(after).map(
    (permission): Change => ({ area: "rights", what: mayAskFor(permission) }),
  );
  if (after.signInAudience !== "AzureADMultipleOrgs") return permissions;
  return [
    ...permissions,
    { area: "rights", what: "widened: people of every organization may sign in to the application" },
  ];
}

function mayAskFor(permission: string): string {
  return `widened: the application may ask for ${permission}`;
}

function listed(paths: readonly string[]): string {
  return paths.length === 0 ? "" : `: ${paths.join(", ")}`;
}

function areaOf({ type, parent }: Step): Change["area"] {
  if (
    /^keyturn:(alerts|monitor)/.test(parent?.type ?? "") ||
    /:(monitor|eventgrid|applicationinsights|operationalinsights):/.test(type)
  ) {
    return "alerts";
  }
  if (/:(keyvault|resources):/.test(type)) return "vault";
  return type.startsWith("azuread:") ? "application" : "other";
}

/** While the vault is not there yet, a preview does not know the ids of their roles and scopes. */
const RESPONDERS_RIGHTS: Readonly<Record<string, { role: string; on: string }>> = {
  "responders-reader": { role: "Reader", on: "the resource group" },
  "responders-vault-reader": { role: "Key Vault Reader", on: "the vault" },
};

function rightChange(step: Step): string {
  const { operation, before, after, parent } = step;
  const side = operation === "delete" ? before : after;
  const isReader = parent?.type === "keyturn:vault:PublishedSecret";
  const ofResponders =
    parent?.type === "keyturn:responders:Responders" ? RESPONDERS_RIGHTS[step.name] : undefined;
  const principal = `${String(side.principalType ?? "principal")} ${text(side.principalId)}`;
  const who = isReader
    ? readerOf(step)
    : ofResponders === undefined
      ? principal
      : `the responders (${principal.toLowerCase()})`;
  const roleId = text(side.roleDefinitionId).split("/").at(-1) ?? "";
  const role =
    ROLE_NAMES.get(roleId) ??
    (isReader ? "Key Vault Secrets User" : (ofResponders?.role ?? known(roleId, "a role")));
  const where = isReader
    ? secretText(parent.name)
    : (ofResponders?.on ?? scopeText(text(side.scope), step.name));
  const s = (verb: string) => (ofResponders === undefined ? `${verb}s` : verb);
  switch (operation) {
    case "create":
      return `widened: ${who} ${s("get")} ${role} on ${where}`;
    case "delete":
      return `narrowed: ${who} ${s("lose")} ${role} on ${where}`;
    default:
      return `changed: ${who}, ${role} on ${where}${listed(step.changed)}`;
  }
}

function secretText(nameOfParent: string): string {
  const { name, vault } = partsOfName(nameOfParent);
  return `secret ${name}${vault === undefined ? "" : ` in vault ${vault}`}`;
}

/** In a preview an id that does not exist yet is a stand-in that says nothing. */
function known(id: string, otherwise: string): string {
  return id === "" || id === UNKNOWN_TEXT ? otherwise : id;
}

const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function scopeText(scope: string, otherwise: string): string {
  return scope === "" || scope === UNKNOWN_TEXT ? otherwise : scope.split("/").slice(-2).join("/");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function applicationChanges({ name, before, after, changed }: Step): Change[] {
  const changes: Change[] = [];
  const [had, has] = [permissionsIn(before), permissionsIn(after)];
  for (const permission of has.filter((each) => !had.includes(each))) {
    changes.push({ area: "rights", what: mayAskFor(permission) });
  }
  for (const permission of had.filter((each) => !has.includes(each))) {
    changes.push({ area: "rights", what: `narrowed: the application no longer asks for ${permission}` });
  }
  const others = changed.filter((path) => !path.startsWith("requiredResourceAccesses"));
  if (others.length > 0 || changes.length === 0) {
    changes.push({ area: "application", what: `Application ${name} is updated${listed(others)}` });
  }
  return changes;
}

function permissionsIn({ requiredResourceAccesses }: Record<string, unknown>): string[] {
  const accesses = Array.isArray(requiredResourceAccesses) ? requiredResourceAccesses : [];
  return accesses.flatMap((access: { resourceAccesses?: unknown }) => {
    const permissions = Array.isArray(access.resourceAccesses) ? access.resourceAccesses : [];
    return permissions.map(({ id }: { id?: unknown }) => PERMISSION_NAMES.get(text(id)) ?? text(id));
  });
}
