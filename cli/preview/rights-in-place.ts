import { applicationPermissions, delegatedPermissions } from "../../infra/settings/permissions.ts";
import type { Step } from "./events.ts";
import { networkRights } from "./vault-network.ts";

/** Something that becomes possible, or no longer is, with a resource that stays. */
export interface RightChange {
  /** The inputs that it comes from; all that changes below them is said by it. */
  paths: readonly string[];
  /** A sentence that begins with `widened: ` or `narrowed: `. */
  what: string;
  /** For whoever depended on it, if somebody may. */
  breaks?: string;
}

type Inputs = Record<string, unknown>;

const OF_TYPE: Readonly<Record<string, (before: Inputs, after: Inputs, name: string) => RightChange[]>> = {
  "azuread:index/application:Application": applicationRights,
  "azuread:index/servicePrincipal:ServicePrincipal": (before, after) =>
    ownerRights(before, after, "the application's service principal"),
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential":
    federatedRights,
  "azure-native:keyvault:Vault": networkRights,
};

/** What an update in place allows or forbids. Pure. */
export function rightsInPlace({ type, operation, name, before, after }: Step): RightChange[] {
  return operation === "update" ? (OF_TYPE[type]?.(before, after, name) ?? []) : [];
}

function applicationRights(before: Inputs, after: Inputs): RightChange[] {
  const [had, has] = [permissionsIn(before), permissionsIn(after)];
  const [from, to] = [redirectsIn(before), redirectsIn(after)];
  return [
    ...has
      .filter((each) => !had.includes(each))
      .map((each) => ({ paths: ["requiredResourceAccesses"], what: mayAskFor(each) })),
    ...had
      .filter((each) => !has.includes(each))
      .map((each) => ({
        paths: ["requiredResourceAccesses"],
        what: `narrowed: the application no longer asks for ${each}`,
        breaks: `the application no longer asks for ${each}: what needs it fails once consent is given anew`,
      })),
    ...audienceRights(before, after),
    ...ownerRights(before, after, "the application"),
    ...to
      .filter(({ uri }) => !from.some((each) => each.uri === uri))
      .map(({ paths, uri }) => ({ paths, what: `widened: sign-ins may be sent on to ${uri}` })),
    ...from
      .filter(({ uri }) => !to.some((each) => each.uri === uri))
      .map(({ paths, uri }) => ({
        paths,
        what: `narrowed: sign-ins are no longer sent on to ${uri}`,
        breaks: `the redirect address ${uri} is removed: whoever signs in by it gets an error`,
      })),
  ];
}

const PERMISSION_NAMES: ReadonlyMap<string, string> = new Map(
  [...delegatedPermissions, ...applicationPermissions].map(([name, { id, type }]) => [
    id,
    `${name} (${type === "Role" ? "as the application" : "delegated"})`,
  ]),
);

/** The permissions that an application's inputs ask for, as people know them. */
export function permissionsIn({ requiredResourceAccesses }: Inputs): string[] {
  const accesses = Array.isArray(requiredResourceAccesses) ? requiredResourceAccesses : [];
  return accesses.flatMap((access: { resourceAccesses?: unknown }) => {
    const permissions = Array.isArray(access.resourceAccesses) ? access.resourceAccesses : [];
    return permissions.map(({ id }: { id?: unknown }) => PERMISSION_NAMES.get(text(id)) ?? text(id));
  });
}

export function mayAskFor(permission: string): string {
  return `widened: the application may ask for ${permission}`;
}

/** From the narrowest to the widest; of no audience, which is the provider's default, the first. */
const AUDIENCES: readonly [name: string, who: string][] = [
  ["AzureADMyOrg", "only people of this organization"],
  ["AzureADMultipleOrgs", "people of every organization"],
  ["AzureADandPersonalMicrosoftAccount", "people of every organization, and with personal accounts,"],
];

/** Who may sign in to an application; undefined for an audience that is not known. */
export function whoMaySignIn({ signInAudience }: Inputs): { rank: number; what: string } | undefined {
  const rank = AUDIENCES.findIndex(([name]) => name === (signInAudience ?? AUDIENCES[0]?.[0]));
  const who = AUDIENCES[rank]?.[1];
  return who === undefined ? undefined : { rank, what: `${who} may sign in to the application` };
}

function audienceRights(before: Inputs, after: Inputs): RightChange[] {
  const [had, has] = [whoMaySignIn(before), whoMaySignIn(after)];
  if (had === undefined || has === undefined || had.rank === has.rank) return [];
  const paths = ["signInAudience"];
  if (has.rank > had.rank) return [{ paths, what: `widened: ${has.what}` }];
  const others = has.rank === 0 ? "people of other organizations" : "people with personal accounts";
  return [
    {
      paths,
      what: `narrowed: ${has.what}`,
      breaks: `${others} can no longer sign in to the application: what they have connected stops working`,
    },
  ];
}

function ownerRights(before: Inputs, after: Inputs, of: string): RightChange[] {
  const [had, has] = [listIn(before.owners), listIn(after.owners)];
  return [
    ...has
      .filter((each) => !had.includes(each))
      .map((each) => ({
        paths: ["owners"],
        what: `widened: ${each} owns ${of}, and may make secrets for it`,
      })),
    ...had
      .filter((each) => !has.includes(each))
      .map((each) => ({ paths: ["owners"], what: `narrowed: ${each} no longer owns ${of}` })),
  ];
}

function redirectsIn(inputs: Inputs): { paths: string[]; uri: string }[] {
  return ["web", "singlePageApplication", "publicClient"].flatMap((platform) => {
    const { redirectUris } = (inputs[platform] ?? {}) as Inputs;
    return listIn(redirectUris).map((uri) => ({ paths: [`${platform}.redirectUris`], uri }));
  });
}

function federatedRights(before: Inputs, after: Inputs, name: string): RightChange[] {
  const [had, has] = [tokensOf(before), tokensOf(after)];
  if (had === has) return [];
  const paths = ["issuer", "subject", "audiences"];
  return [
    { paths, what: maySignIn(has) },
    {
      paths,
      what: mayNoLongerSignIn(had),
      breaks: `the federated credential ${name} no longer accepts ${had}: the workload that signs in with them gets none`,
    },
  ];
}

/** Whose tokens a federated credential accepts. */
export function tokensOf({ issuer, subject, audiences }: Inputs): string {
  const others = listIn(audiences).filter((audience) => audience !== USUAL_AUDIENCE);
  const forWhom = others.length === 0 ? "" : ` for ${others.join(", ")}`;
  return `tokens of ${text(subject)} from ${text(issuer)}${forWhom}`;
}

const USUAL_AUDIENCE = "api://AzureADTokenExchange";

export function maySignIn(tokens: string): string {
  return `widened: ${tokens} may sign in as the application`;
}

export function mayNoLongerSignIn(tokens: string): string {
  return `narrowed: ${tokens} may no longer sign in as the application`;
}

function listIn(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((each) => each !== "") : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
