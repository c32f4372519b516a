import { z } from "zod";
import { type Layout, layoutOf } from "../../infra/identity/layout.ts";
import { type IdentityRights, rightsOf } from "../../infra/identity/rights.ts";
import type { BootstrapSettings } from "../../infra/identity/settings.ts";
import { partsOfUrn } from "../engine/urn.ts";
import type { BootstrapChange } from "./changes.ts";
import { type Protection, protectionsOf } from "./protection.ts";

/** What `keyturn bootstrap --json` prints. No secrets: there are none. */
export interface BootstrapDocument {
  schemaVersion: 1;
  /** Whether anything in Azure was changed. */
  changed: boolean;
  changes: Omit<BootstrapChange, "urn">[];
  /** What to enter at the forge. */
  variables: {
    repository: Record<string, string>;
    /** By environment. */
    environments: Record<string, Record<string, string>>;
  };
  /** Who may use each environment, to be set up at the forge. */
  protections: Protection[];
  stacks: BootstrapStackDocument[];
}

export interface BootstrapStackDocument {
  name: string;
  /** For the stack's file; undefined with Pulumi Cloud, which keeps the secrets itself. */
  secretsProvider: string | undefined;
  backendUrl: string;
  /** Settings for the stack's file, by name; an object is laid over the one that is there. */
  settings: Record<string, string | Record<string, unknown>>;
  identities: { environments: string[]; clientId: string; principalId: string; rights: IdentityRights }[];
}

/** A managed identity's ids, by the resource's name. */
export type IdentityIds = ReadonlyMap<string, { clientId: string; principalId: string }>;

const identityOutputs = z.object({ clientId: z.string(), principalId: z.string() });
const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ urn: z.string(), outputs: z.record(z.string(), z.unknown()).optional() }))
      .optional(),
  }),
});

/** The identities in an exported state. */
export function identitiesIn(exported: string): IdentityIds {
  const { resources = [] } = exportSchema.parse(JSON.parse(exported)).deployment;
  return new Map(
    resources.flatMap(({ urn, outputs }) => {
      const { type, name } = partsOfUrn(urn);
      return type === "azure-native:managedidentity:UserAssignedIdentity"
        ? [[name, identityOutputs.parse(outputs)] as const]
        : [];
    }),
  );
}

const PULUMI_CLOUD = "https://api.pulumi.com";

/** Where blobs are, by the vaults' suffix; Pulumi takes the public cloud's by itself. */
const BLOB_DOMAINS: Readonly<Record<string, string>> = {
  "vault.usgovcloudapi.net": "blob.core.usgovcloudapi.net",
  "vault.azure.cn": "blob.core.chinacloudapi.cn",
};

export interface BootstrapDocumentArgs {
  settings: BootstrapSettings;
  identities: IdentityIds;
  changes: readonly BootstrapChange[];
  /** At Pulumi Cloud; undefined with Azure's storage. */
  pulumiOrganization?: string | undefined;
  /** E.g. `vault.azure.net`. */
  vaultSuffix: string;
}

export function bootstrapDocument({
  settings,
  identities,
  changes,
  pulumiOrganization,
  vaultSuffix,
}: BootstrapDocumentArgs): BootstrapDocument {
  const layout = layoutOf(settings);
  const environments: Record<string, Record<string, string>> = {};
  const stacks = layout.stacks.map((stack): BootstrapStackDocument => {
    const backendUrl = backendUrlOf(settings, layout, stack.container.name, vaultSuffix);
    const made = stack.identities.map((identity) => {
      const ids = identities.get(identity.name);
      if (ids === undefined) throw new Error(`the identity ${identity.name} is not in the state`);
      for (const { environment } of identity.federations) {
        environments[environment] = { AZURE_CLIENT_ID: ids.clientId, PULUMI_BACKEND_URL: backendUrl };
      }
      return {
        environments: identity.federations.map(({ environment }) => environment),
        ...ids,
        rights: rightsOf(settings, stack, identity),
      };
    });
    const deployer = identities.get(stack.settings.name)?.principalId ?? "";
    return {
      name: stack.settings.name,
      secretsProvider:
        settings.backend === "azure"
          ? `azurekeyvault://${layout.keyVault.name}.${vaultSuffix}/keys/${stack.key.name}`
          : undefined,
      backendUrl,
      settings: {
        "keyturn:tenantId": settings.tenantId,
        "keyturn:deployer": deployer,
        "keyturn:vault": { resourceGroupExists: true },
      },
      identities: made,
    };
  });
  return {
    schemaVersion: 1,
    changed: changes.length > 0,
    changes: changes.map(({ urn: _, ...change }) => change),
    variables: {
      repository: {
        AZURE_TENANT_ID: settings.tenantId,
        AZURE_SUBSCRIPTION_ID: settings.subscriptionId,
        ...(pulumiOrganization !== undefined && { PULUMI_ORGANIZATION: pulumiOrganization }),
      },
      environments,
    },
    protections: protectionsOf(settings.stacks.map(({ name }) => name)),
    stacks,
  };
}

function backendUrlOf(
  { backend }: BootstrapSettings,
  { storageAccount }: Layout,
  container: string,
  vaultSuffix: string,
): string {
  if (backend === "pulumi-cloud") return PULUMI_CLOUD;
  const domain = BLOB_DOMAINS[vaultSuffix];
  const query = new URLSearchParams({
    storage_account: storageAccount.name,
    ...(domain !== undefined && { domain }),
  });
  return `azblob://${container}?${query}`;
}
