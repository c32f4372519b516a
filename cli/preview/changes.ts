import { builtInRoles } from "../../infra/roles.ts";
import { partsOfName } from "../../infra/vault/placement.ts";
import { readerOf } from "./alarms.ts";
import type { Step } from "./events.ts";
import { kindOf } from "./kind.ts";
import {
  mayAskFor,
  mayNoLongerSignIn,
  maySignIn,
  permissionsIn,
  rightsInPlace,
  tokensOf,
  whoMaySignIn,
} from "./rights-in-place.ts";

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

/** What a step changes, in sentences; empty where nothing is to be told. Pure. */
export function changesOf(step: Step): Change[] {
  const { type, operation } = step;
  if (operation === "same" || type.startsWith("keyturn:") || type.startsWith("pulumi:")) return [];
  if (type === "azure-native:authorization:RoleAssignment")
    return [{ area: "rights", what: rightChange(step) }];
  const rights = rightsInPlace(step);
  const others = step.changed.filter(
    (path) => !rights.some(({ paths }) => paths.some((each) => path.startsWith(each))),
  );
  const isPlain = rights.length === 0 || others.length > 0;
  return [
    ...rights.map(({ what }): Change => ({ area: "rights", what })),
    ...(isPlain ? [{ area: areaOf(step), what: plainText({ ...step, changed: others }) }] : []),
    ...rightsOfNew(step),
    ...rightsOfGone(step),
  ];
}

/** What happens to a resource, in the plainest words: `Key vault vault is updated: tags.team`. */
export function plainText({
  type,
  name,
  operation,
  changed,
}: Pick<Step, "type" | "name" | "operation" | "changed">): string {
  const details = operation === "update" || operation === "replace" ? listed(changed) : "";
  return `${kindOf(type)} ${name} is ${operation}d${details}`;
}

const APPLICATION = "azuread:index/application:Application";
const FEDERATED =
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential";

/** What an application that is created may ask for, and who may sign in to it or as it; empty for every other step. Pure. */
export function rightsOfNew({ type, operation, after }: Step): Change[] {
  if (operation !== "create") return [];
  if (type === FEDERATED) return [{ area: "rights", what: maySignIn(tokensOf(after)) }];
  if (type !== APPLICATION) return [];
  const who = whoMaySignIn(after);
  return [
    ...permissionsIn(after).map((permission): Change => ({ area: "rights", what: mayAskFor(permission) })),
    ...(who !== undefined && who.rank > 0 ? [{ area: "rights" as const, what: `widened: ${who.what}` }] : []),
  ];
}

function rightsOfGone({ type, operation, before }: Step): Change[] {
  return type === FEDERATED && operation === "delete"
    ? [{ area: "rights", what: mayNoLongerSignIn(tokensOf(before)) }]
    : [];
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
