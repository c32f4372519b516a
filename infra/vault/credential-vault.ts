import { getResourceGroupOutput } from "@pulumi/azure-native/resources/getResourceGroup.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import * as pulumi from "@pulumi/pulumi";
import { declareVault } from "./declare-vault.ts";

export interface CredentialVaultArgs {
  tenantId: string;
  /** Azure region. A change replaces everything, which protection refuses. */
  region: string;
  /** A change replaces everything, which protection refuses. */
  resourceGroupName: string;
  /** Whether the resource group is there already and belongs to somebody else. Default: false. */
  resourceGroupExists?: boolean;
  /** 3 to 24 characters, unique in the world. A change replaces the vault, which protection refuses. */
  vaultName: string;
  tags: Record<string, string>;
  /** Whether resource group and vault are protected against deletion. */
  protect: boolean;
}

/**
 * The vault that publishes the credentials: rights by RBAC alone, nothing in it can be lost for good within
 * 90 days, not even on purpose.
 */
export class CredentialVault extends pulumi.ComponentResource {
  readonly resourceGroupName: pulumi.Output<string>;
  readonly resourceGroupId: pulumi.Output<string>;
  readonly vaultName: pulumi.Output<string>;
  readonly vaultId: pulumi.Output<string>;
  readonly vaultUri: pulumi.Output<string>;

  constructor(name: string, args: CredentialVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:vault:CredentialVault", name, {}, opts);
    const { protect, tags, resourceGroupName } = args;
    const resourceGroup =
      args.resourceGroupExists === true
        ? getResourceGroupOutput({ resourceGroupName }, { parent: this })
        : new ResourceGroup(
            `${name}-group`,
            { resourceGroupName, location: args.region, tags },
            { parent: this, protect },
          );
    const vault = declareVault(name, { ...args, resourceGroupName: resourceGroup.name }, this);
    this.resourceGroupName = resourceGroup.name;
    this.resourceGroupId = resourceGroup.id;
    this.vaultName = vault.name;
    this.vaultId = vault.id;
    this.vaultUri = vault.properties.apply(({ vaultUri }) => vaultUri ?? "");
    this.registerOutputs({
      resourceGroupName: this.resourceGroupName,
      resourceGroupId: this.resourceGroupId,
      vaultName: this.vaultName,
      vaultId: this.vaultId,
      vaultUri: this.vaultUri,
    });
  }
}
