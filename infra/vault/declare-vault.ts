import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import type * as pulumi from "@pulumi/pulumi";

export interface DeclareVaultArgs {
  tenantId: string;
  /** Azure region. A change replaces the vault, which protection refuses. */
  region: string;
  resourceGroupName: pulumi.Input<string>;
  /** 3 to 24 characters, unique in the world. A change replaces the vault, which protection refuses. */
  vaultName: string;
  tags: Record<string, string>;
  protect: boolean;
}

/** How long a deleted vault or secret can be recovered, in days: the longest that Key Vault offers. */
const SOFT_DELETE_DAYS = 90;

/** A vault whose rights are given by RBAC alone, and from which nothing can be lost for good within 90 days. */
export function declareVault(name: string, args: DeclareVaultArgs, parent: pulumi.Resource): Vault {
  const { resourceGroupName, vaultName, tags, protect } = args;
  return new Vault(
    name,
    {
      resourceGroupName,
      vaultName,
      location: args.region,
      tags,
      properties: {
        tenantId: args.tenantId,
        sku: { family: "A", name: "standard" },
        enableRbacAuthorization: true,
        enableSoftDelete: true,
        softDeleteRetentionInDays: SOFT_DELETE_DAYS,
        enablePurgeProtection: true,
      },
    },
    { parent, protect },
  );
}
