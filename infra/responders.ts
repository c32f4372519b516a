import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import * as pulumi from "@pulumi/pulumi";
import { roleAssignmentName } from "./role-assignment-name.ts";
import { builtInRoles, roleDefinitionId } from "./roles.ts";

export interface RespondersArgs {
  /** The object id of the team's group. A change replaces the assignments. */
  groupId: string;
  resourceGroupId: pulumi.Input<string>;
  vaultId: pulumi.Input<string>;
  /** Further vaults, which they may look into as well. */
  furtherVaults?: readonly { vaultName: string; vaultId: pulumi.Input<string> }[];
}

/** What the team that answers when a credential fails may do: see everything but the secrets' values. */
export class Responders extends pulumi.ComponentResource {
  constructor(name: string, args: RespondersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:responders:Responders", name, {}, opts);
    const assign = (suffix: string, scope: pulumi.Input<string>, role: string) =>
      new RoleAssignment(
        `${name}-${suffix}`,
        {
          scope,
          roleAssignmentName: roleAssignmentName(pulumi.getStack(), name, suffix, args.groupId),
          principalId: args.groupId,
          principalType: "Group",
          roleDefinitionId: pulumi.output(scope).apply((id) => roleDefinitionId(id, role)),
        },
        { parent: this },
      );
    assign("reader", args.resourceGroupId, builtInRoles.reader);
    assign("vault-reader", args.vaultId, builtInRoles.keyVaultReader);
    for (const { vaultName, vaultId } of args.furtherVaults ?? []) {
      assign(`vault-reader@${vaultName}`, vaultId, builtInRoles.keyVaultReader);
    }
    this.registerOutputs();
  }
}
