import { createHash } from "node:crypto";
import type { BootstrapSettings, BootstrapStack } from "./settings.ts";

/** The names and ids of what `keyturn bootstrap` makes: the same at every run, from every machine. */
export interface Layout {
  subscription: string;
  group: Place;
  storageAccount: Place;
  blobService: Place;
  keyVault: Place;
  workspace: Place;
  /** What tells names apart that are unique in all of Azure, or in the tenant. */
  label: string;
  stacks: StackLayout[];
}

/** A resource by name and by id. */
export interface Place {
  name: string;
  id: string;
}

export interface StackLayout {
  settings: BootstrapStack;
  group: Place;
  container: Place;
  key: Place;
  identities: IdentityLayout[];
}

/** What a pipeline's environment is for. */
export type EnvironmentKind = "preview" | "audit" | "deploy" | "rotate";

export interface IdentityLayout {
  kind: "preview" | "deploy";
  /** Of the resources: the first environment's. */
  name: string;
  identity: Place;
  /** The environments whose tokens it takes. */
  federations: FederationLayout[];
}

export interface FederationLayout extends Place {
  environment: string;
  kind: EnvironmentKind;
  issuer: string;
  subject: string;
}

const DIGEST_LENGTH = 8;

/** Works out every name and id. Pure. */
export function layoutOf(settings: Pick<BootstrapSettings, "name" | "subscriptionId" | "stacks">): Layout {
  const { name, subscriptionId, stacks } = settings;
  const subscription = `/subscriptions/${subscriptionId}`;
  const digest = createHash("sha256")
    .update(`${subscriptionId}/${name}`)
    .digest("hex")
    .slice(0, DIGEST_LENGTH);
  const group = groupPlace(subscription, `rg-${name}-pipelines`);
  const storageAccount = placeIn(group, "Microsoft.Storage/storageAccounts", `st${name}${digest}`);
  const blobService = { name: "default", id: `${storageAccount.id}/blobServices/default` };
  const keyVault = placeIn(group, "Microsoft.KeyVault/vaults", `kv-${name}-${digest}`);
  return {
    subscription,
    group,
    storageAccount,
    blobService,
    keyVault,
    workspace: placeIn(group, "Microsoft.OperationalInsights/workspaces", `log-${name}-pipelines`),
    label: `${name} ${digest}`,
    stacks: stacks.map((stack) => ({
      settings: stack,
      group: groupPlace(subscription, stack.resourceGroup),
      container: below(blobService, "containers", `state-${stack.name}`),
      key: below(keyVault, "keys", `stack-${stack.name}`),
      identities: [
        identityOf(stack, ["preview", "audit"], name, group),
        identityOf(stack, ["deploy", "rotate"], name, group),
      ],
    })),
  };
}

/** What the pipelines call a stack's environment. */
export function environmentName(stack: string, kind: EnvironmentKind): string {
  return kind === "deploy" ? stack : `${kind}-${stack}`;
}

function identityOf(
  stack: BootstrapStack,
  kinds: readonly ["preview", "audit"] | readonly ["deploy", "rotate"],
  base: string,
  group: Place,
): IdentityLayout {
  const [kind] = kinds;
  const name = environmentName(stack.name, kind);
  const type = "Microsoft.ManagedIdentity/userAssignedIdentities";
  const identity = placeIn(group, type, `id-${base}-${name}`);
  const federations = kinds.map((each: EnvironmentKind) => {
    const environment = environmentName(stack.name, each);
    const place = below(identity, "federatedIdentityCredentials", `pipeline-${environment}`);
    return { ...place, environment, kind: each, ...stack[each] };
  });
  return { kind, name, identity, federations };
}

function groupPlace(subscription: string, name: string): Place {
  return { name, id: `${subscription}/resourceGroups/${name}` };
}

function placeIn(group: Place, type: string, name: string): Place {
  return { name, id: `${group.id}/providers/${type}/${name}` };
}

function below(parent: Place, type: string, name: string): Place {
  return { name, id: `${parent.id}/${type}/${name}` };
}
