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
  environments: EnvironmentLayout[];
}

/** What an identity is for. */
export type EnvironmentKind = "preview" | "deploy";

export interface EnvironmentLayout {
  kind: EnvironmentKind;
  /** The pipelines' name for it: `preview-<stack>` or `<stack>`. */
  name: string;
  identity: Place;
  federation: Place & BootstrapStack["deploy"];
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
      environments: (["preview", "deploy"] as const).map((kind) => environmentOf(stack, kind, name, group)),
    })),
  };
}

/** The pipelines' name for an identity's environment. */
export function environmentName(stack: string, kind: EnvironmentKind): string {
  return kind === "preview" ? `preview-${stack}` : stack;
}

function environmentOf(
  stack: BootstrapStack,
  kind: EnvironmentKind,
  name: string,
  group: Place,
): EnvironmentLayout {
  const environment = environmentName(stack.name, kind);
  const type = "Microsoft.ManagedIdentity/userAssignedIdentities";
  const identity = placeIn(group, type, `id-${name}-${environment}`);
  return {
    kind,
    name: environment,
    identity,
    federation: {
      ...below(identity, "federatedIdentityCredentials", `pipeline-${environment}`),
      ...stack[kind],
    },
  };
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
