import * as pulumi from "@pulumi/pulumi";
import { type DeclareVaultArgs, declareVault } from "./declare-vault.ts";

/** A vault beside the stack's own, in the same resource group, for the credentials whose settings name it. */
export class FurtherVault extends pulumi.ComponentResource {
  readonly vaultName: pulumi.Output<string>;
  readonly vaultId: pulumi.Output<string>;
  readonly vaultUri: pulumi.Output<string>;

  constructor(name: string, args: DeclareVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:vault:FurtherVault", name, {}, opts);
    const vault = declareVault(name, args, this);
    this.vaultName = vault.name;
    this.vaultId = vault.id;
    this.vaultUri = vault.properties.apply(({ vaultUri }) => vaultUri ?? "");
    this.registerOutputs({
      vaultName: this.vaultName,
      vaultId: this.vaultId,
      vaultUri: this.vaultUri,
    });
  }
}
