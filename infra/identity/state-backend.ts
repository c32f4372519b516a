import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment.js";
import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import * as pulumi from "@pulumi/pulumi";
import type { Layout, StackLayout } from "./layout.ts";
import { operatorRights, rightAssignmentName, rightRoleDefinitionId } from "./rights.ts";
import type { BootstrapSettings } from "./settings.ts";

export interface StateBackendArgs {
  settings: BootstrapSettings;
  layout: Layout;
}

/** How long what was deleted can be recovered, in days. */
const SOFT_DELETE_DAYS = 90;
const LOG_RETENTION_DAYS = 90;
/** Of RSA: long enough until after 2030 (NIST SP 800-57 part 1, table 2). */
const KEY_BITS = 3072;

/**
 * Where the stacks' states are kept: a container and a key for each, so that who may read one stack's state cannot
 * read another's. No shared keys: only Entra lets anybody in. What is overwritten or deleted can be had back.
 */
export class StateBackend extends pulumi.ComponentResource {
  constructor(name: string, args: StateBackendArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:identity:StateBackend", name, {}, opts);
    const { settings, layout } = args;
    const { location, tags } = settings;
    const inGroup = { resourceGroupName: layout.group.name };
    const account = new StorageAccount(
      name,
      {
        ...inGroup,
        accountName: layout.storageAccount.name,
        location,
        tags,
        kind: "StorageV2",
        // Copies in three zones: the states outlive the loss of a data centre.
        sku: { name: "Standard_ZRS" },
        allowSharedKeyAccess: false,
        defaultToOAuthAuthentication: true,
        allowBlobPublicAccess: false,
        allowCrossTenantReplication: false,
        enableHttpsTrafficOnly: true,
        minimumTlsVersion: "TLS1_2",
      },
      { parent: this },
    );
    const retention = { enabled: true, days: SOFT_DELETE_DAYS };
    const blobService = new BlobServiceProperties(
      name,
      {
        ...inGroup,
        accountName: account.name,
        blobServicesName: layout.blobService.name,
        isVersioningEnabled: true,
        deleteRetentionPolicy: retention,
        containerDeleteRetentionPolicy: retention,
      },
      { parent: this },
    );
    const vault = new Vault(
      name,
      {
        ...inGroup,
        vaultName: layout.keyVault.name,
        location,
        tags,
        properties: {
          tenantId: settings.tenantId,
          sku: { family: "A", name: "standard" },
          enableRbacAuthorization: true,
          enableSoftDelete: true,
          softDeleteRetentionInDays: SOFT_DELETE_DAYS,
          enablePurgeProtection: true,
          // As Azure spells it; the SDK's own default is spelt otherwise, and would differ for ever.
          publicNetworkAccess: "Enabled",
        },
      },
      { parent: this },
    );
    const workspace = new Workspace(
      name,
      {
        ...inGroup,
        workspaceName: layout.workspace.name,
        location,
        tags,
        sku: { name: "PerGB2018" },
        retentionInDays: LOG_RETENTION_DAYS,
      },
      { parent: this },
    );
    new DiagnosticSetting(
      name,
      {
        name: "keyturn",
        resourceUri: vault.id,
        workspaceId: workspace.id,
        logAnalyticsDestinationType: "Dedicated",
        logs: [{ categoryGroup: "audit", enabled: true }],
      },
      { parent: this },
    );
    for (const stack of layout.stacks) {
      const container = new BlobContainer(
        stack.settings.name,
        {
          ...inGroup,
          accountName: account.name,
          containerName: stack.container.name,
          publicAccess: "None",
        },
        { parent: this, dependsOn: [blobService] },
      );
      const key = new Key(
        stack.settings.name,
        {
          ...inGroup,
          vaultName: vault.name,
          keyName: stack.key.name,
          properties: { kty: "RSA", keySize: KEY_BITS, keyOps: ["encrypt", "decrypt"] },
        },
        { parent: this },
      );
      this.#letOperatorsIn(settings, layout, stack, [container, key]);
    }
    this.registerOutputs();
  }

  #letOperatorsIn(
    settings: BootstrapSettings,
    layout: Layout,
    stack: StackLayout,
    dependsOn: pulumi.Resource[],
  ): void {
    const { operatorsGroupId } = settings;
    if (operatorsGroupId === undefined) return;
    const holder = `operators-${stack.settings.name}`;
    for (const right of operatorRights(settings, stack)) {
      new RoleAssignment(
        `${holder}-${right.key}`,
        {
          scope: right.scope,
          roleAssignmentName: rightAssignmentName(settings, holder, right),
          principalId: operatorsGroupId,
          principalType: "Group",
          roleDefinitionId: rightRoleDefinitionId(layout, right),
        },
        { parent: this, dependsOn },
      );
    }
  }
}
