import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { Secret } from "@pulumi/azure-native/keyvault/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { roleAssignmentName } from "../role-assignment-name.ts";
import { builtInRoles, roleDefinitionId } from "../roles.ts";
import { type Published, publishedTags } from "../rotation/published.ts";
import type { ConsumerSettings } from "../settings/schema.ts";

export interface PublishedSecretArgs {
  resourceGroupName: pulumi.Input<string>;
  vaultName: pulumi.Input<string>;
  /** The name under which consumers read it. Default: the component's own. */
  secretName?: string;
  /** The value; kept secret. A change writes a new version. */
  value: pulumi.Input<string>;
  /** What the version's dates and tags say. A change writes a new version. */
  published: pulumi.Input<Published>;
  /** Who may read this one secret. */
  consumers: ConsumerSettings[];
  /** What has to be there before this update writes a version. */
  after?: readonly pulumi.Resource[];
  /** Whether the secret is protected against deletion. Default: true. */
  protect?: boolean;
  /** Whether the version that is there stays, whatever the other arguments say. Default: false. */
  keepAsItIs?: boolean;
}

/** Says what the value is, for people and for tools that read the vault. */
export const SECRET_CONTENT_TYPE = "application/vnd.keyturn.client-secret";

/**
 * A credential as its consumers see it: one Key Vault secret, whose versions follow each other, and the right to
 * read it. Writing a version is the commit point of a rotation.
 */
export class PublishedSecret extends pulumi.ComponentResource {
  /** URL of the version that this update leaves as the current one. */
  readonly versionUri: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;

  constructor(name: string, args: PublishedSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:vault:PublishedSecret", name, {}, opts);
    const { after = [], protect = true, keepAsItIs = false } = args;
    const current = pulumi.output(args.published).apply(({ current }) => current);
    const secret = new Secret(
      name,
      {
        resourceGroupName: args.resourceGroupName,
        vaultName: args.vaultName,
        secretName: args.secretName ?? name,
        properties: {
          value: args.value,
          contentType: SECRET_CONTENT_TYPE,
          attributes: {
            enabled: true,
            notBefore: current.apply(({ createdAtMs }) => Math.floor(createdAtMs / 1000)),
            expires: current.apply(({ expiresAtMs }) => Math.floor(expiresAtMs / 1000)),
          },
        },
        tags: pulumi.output(args.published).apply(publishedTags),
      },
      {
        parent: this,
        protect,
        dependsOn: [...after],
        ...(keepAsItIs && { ignoreChanges: ["properties", "tags"] }),
      },
    );
    for (const consumer of args.consumers) {
      new RoleAssignment(
        `${name}-${consumer.name}`,
        {
          scope: secret.id,
          roleAssignmentName: roleAssignmentName(
            pulumi.getStack(),
            name,
            consumer.name,
            consumer.principalId,
          ),
          principalId: consumer.principalId,
          principalType: consumer.principalType,
          roleDefinitionId: secret.id.apply((id) => roleDefinitionId(id, builtInRoles.keyVaultSecretsUser)),
        },
        { parent: this },
      );
    }
    // Properties go in with the value and so come back marked as secret as a whole; the address is none.
    this.versionUri = pulumi.unsecret(
      secret.properties.apply(({ secretUriWithVersion }) => secretUriWithVersion),
    );
    this.version = this.versionUri.apply((uri) => uri.split("/").at(-1) ?? "");
    this.registerOutputs({ versionUri: this.versionUri, version: this.version });
  }
}
