import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential.js";
import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import { AppRoleAssignment } from "@pulumi/azuread/appRoleAssignment.js";
import * as pulumi from "@pulumi/pulumi";
import type { IdentityLayout, Layout } from "./layout.ts";
import { type IdentityRights, rightAssignmentName, rightRoleDefinitionId } from "./rights.ts";
import type { BootstrapSettings } from "./settings.ts";

export interface DeploymentIdentityArgs {
  settings: Pick<BootstrapSettings, "name" | "subscriptionId" | "location" | "tags">;
  layout: Pick<Layout, "subscription" | "group">;
  identity: IdentityLayout;
  rights: IdentityRights;
  /** Object id of the tenant's service principal of Microsoft Graph. */
  graphPrincipalId: pulumi.Input<string>;
}

/** The audience that Entra asks for in tokens of others (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust). */
const TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

/**
 * Who a pipeline is when it previews a stack, or when it changes one: a managed identity that takes the forge's
 * tokens of its own environments alone, with the rights that it needs. It has no secret, and nobody can give it one.
 */
export class DeploymentIdentity extends pulumi.ComponentResource {
  /** `AZURE_CLIENT_ID` of its environments. */
  readonly clientId: pulumi.Output<string>;
  /** Object id. */
  readonly principalId: pulumi.Output<string>;

  constructor(name: string, args: DeploymentIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:identity:DeploymentIdentity", name, {}, opts);
    const { settings, layout, rights } = args;
    const identity = new UserAssignedIdentity(
      name,
      {
        resourceGroupName: layout.group.name,
        resourceName: args.identity.identity.name,
        location: settings.location,
        tags: settings.tags,
      },
      { parent: this },
    );
    this.clientId = identity.clientId;
    this.principalId = identity.principalId;
    // One after the other: Azure refuses two at once on one identity
    // (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations).
    let before: pulumi.Resource[] = [];
    for (const federation of args.identity.federations) {
      const credential = new FederatedIdentityCredential(
        federation.environment,
        {
          resourceGroupName: layout.group.name,
          resourceName: identity.name,
          federatedIdentityCredentialResourceName: federation.name,
          issuer: federation.issuer,
          subject: federation.subject,
          audiences: [TOKEN_EXCHANGE_AUDIENCE],
        },
        { parent: this, dependsOn: before },
      );
      before = [credential];
    }
    for (const right of rights.azure) {
      new RoleAssignment(
        `${name}-${right.key}`,
        {
          scope: right.scope,
          roleAssignmentName: rightAssignmentName(settings, name, right),
          principalId: identity.principalId,
          principalType: "ServicePrincipal",
          roleDefinitionId: rightRoleDefinitionId(layout, right),
          ...(right.condition !== undefined && { condition: right.condition, conditionVersion: "2.0" }),
        },
        { parent: this },
      );
    }
    for (const permission of rights.graph) {
      new AppRoleAssignment(
        `${name}-${permission.name}`,
        {
          principalObjectId: identity.principalId,
          resourceObjectId: args.graphPrincipalId,
          appRoleId: permission.id,
        },
        { parent: this },
      );
    }
    this.registerOutputs({ clientId: this.clientId, principalId: this.principalId });
  }
}
