import { ApplicationFederatedIdentityCredential } from "@pulumi/azuread/applicationFederatedIdentityCredential.js";
import * as pulumi from "@pulumi/pulumi";
import type { CredentialSettings } from "../settings/schema.ts";
import { declareApplication } from "./application.ts";

export interface FederatedCredentialArgs {
  stack: string;
  /** The application; a change of its display name or permissions is made in place. */
  application: CredentialSettings["application"];
  /** Object ids of the application's owners. */
  owners: pulumi.Input<string>[];
  /** Whose tokens the application accepts in the place of a secret. At most 20. */
  identities: NonNullable<CredentialSettings["federated"]>;
  /** Whether application and service principal are protected against deletion. Default: true. */
  protect?: boolean;
}

/**
 * A credential without any secret: consumers that can prove who they are by a token of their own platform
 * exchange it for one of the application (https://learn.microsoft.com/entra/workload-id/workload-identity-federation).
 * Nothing expires, so nothing is rotated.
 */
export class FederatedCredential extends pulumi.ComponentResource {
  readonly clientId: pulumi.Output<string>;
  readonly applicationObjectId: pulumi.Output<string>;

  constructor(name: string, args: FederatedCredentialArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:credential:FederatedCredential", name, {}, opts);
    const application = declareApplication({ ...args, name, protect: args.protect ?? true }, this);
    let before: pulumi.Resource[] = [];
    for (const identity of args.identities) {
      const declared = new ApplicationFederatedIdentityCredential(
        `${name}-${identity.name}`,
        {
          applicationId: application.id,
          displayName: identity.name,
          issuer: identity.issuer,
          subject: identity.subject,
          audiences: [identity.audience],
        },
        // Two writes to one application at once are refused: one after the other.
        { parent: this, dependsOn: before },
      );
      before = [declared];
    }
    this.clientId = application.clientId;
    this.applicationObjectId = application.objectId;
    this.registerOutputs({ clientId: this.clientId, applicationObjectId: this.applicationObjectId });
  }
}
