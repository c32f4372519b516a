import { DiagnosticSetting as DirectoryDiagnosticSetting } from "@pulumi/azure-native/aadiam/diagnosticSetting.js";
import { Component } from "@pulumi/azure-native/applicationinsights/component.js";
import { SystemTopic } from "@pulumi/azure-native/eventgrid/systemTopic.js";
import { SystemTopicEventSubscription } from "@pulumi/azure-native/eventgrid/systemTopicEventSubscription.js";
import { ActionGroup } from "@pulumi/azure-native/monitor/actionGroup.js";
import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { ScheduledQueryRule } from "@pulumi/azure-native/monitor/scheduledQueryRule.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import * as pulumi from "@pulumi/pulumi";
import { DAY_MS } from "../duration.ts";
import type { AlertSettings, Settings } from "../settings/schema.ts";
import { nameIn } from "../vault/placement.ts";
import { evaluationOf, type LogRule, logRules } from "./log-rules.ts";
import { receiversOf } from "./receivers.ts";
import { AZURE_SEVERITY, type Severity, severities } from "./severity.ts";
import { expiryAlerts } from "./vault-events.ts";

export interface ExpiryAlertsArgs {
  settings: AlertSettings;
  /** Azure region of the vault: its system topic has to be in the same one. */
  region: string;
  resourceGroupName: pulumi.Input<string>;
  /** Every name begins with it. A change replaces everything. */
  vaultName: string;
  vaultId: pulumi.Input<string>;
  /** Further vaults, which are watched as well: three resources and an audit trail each. */
  furtherVaults?: readonly WatchedVault[];
  /** The managed applications' client ids, for the alert on refused sign-ins. */
  clientIds: pulumi.Input<string>[];
  /** How new secrets are proved, which that alert must not take for refusals. */
  verification: Settings["verification"];
  tags: Record<string, string>;
  /** Whether the workspace, which holds the vault's audit trail, is protected against deletion. */
  protect: boolean;
}

/** A vault whose events and audit trail are watched. */
export interface WatchedVault {
  vaultName: string;
  vaultId: pulumi.Input<string>;
}

/**
 * Tells people when a credential is about to expire or has expired, when nothing rotates any more, when sign-ins are
 * refused, when people touch the vault's secrets, and what the audit of the tenant finds. 11 resources; 2 more with
 * the tenant's sign-in logs, 4 more where an audit runs.
 *
 * Every resource is named by us, so that an update that died finds it again.
 */
export class ExpiryAlerts extends pulumi.ComponentResource {
  /** By severity; undefined where nobody is told. */
  readonly actionGroupIds: Readonly<Record<Severity, pulumi.Output<string> | undefined>>;
  readonly workspaceId: pulumi.Output<string>;
  /** Where the rotation pipeline reports its runs. */
  readonly connectionString: pulumi.Output<string>;
  /**
   * What has to be there before a secret's first version is published: Key Vault sends events only of versions that
   * are younger than the subscription (https://learn.microsoft.com/azure/key-vault/general/event-grid-overview).
   */
  readonly subscriptions: readonly pulumi.Resource[];

  constructor(name: string, args: ExpiryAlertsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("keyturn:alerts:ExpiryAlerts", name, {}, opts);
    const { settings } = args;
    const common = { resourceGroupName: args.resourceGroupName, location: args.region, tags: args.tags };

    const groups = Object.fromEntries(
      severities.map((severity) => [severity, this.#actionGroup(name, severity, args)]),
    ) as Record<Severity, ActionGroup | undefined>;
    this.actionGroupIds = {
      critical: groups.critical?.id,
      warning: groups.warning?.id,
      info: groups.info?.id,
    };

    const workspace = new Workspace(
      `${name}-logs`,
      {
        ...common,
        workspaceName: `${args.vaultName}-logs`,
        sku: { name: "PerGB2018" },
        retentionInDays: settings.retention / DAY_MS,
      },
      { parent: this, protect: args.protect },
    );
    this.workspaceId = workspace.id;
    const telemetry = new Component(
      `${name}-telemetry`,
      {
        ...common,
        resourceName: `${args.vaultName}-telemetry`,
        kind: "other",
        applicationType: "other",
        ingestionMode: "LogAnalytics",
        workspaceResourceId: workspace.id,
      },
      { parent: this },
    );
    this.connectionString = telemetry.connectionString;

    const { vaultName, furtherVaults = [] } = args;
    this.subscriptions = [args, ...furtherVaults].flatMap((watched) => {
      const prefix = nameIn(name, watched.vaultName, vaultName);
      this.#auditTrail(prefix, watched);
      return this.#vaultEvents(prefix, watched, args);
    });
    if (settings.signInLogs) this.#signInLogs(name, args.vaultName, workspace.id);
    const { clientIds, verification } = args;
    for (const rule of logRules({ settings, stack: pulumi.getStack(), clientIds, verification })) {
      // An alert that nobody hears is none; what it would have looked at is logged all the same.
      if (groups[rule.severity] !== undefined) this.#logRule(name, rule, args);
    }

    this.registerOutputs({ workspaceId: this.workspaceId, connectionString: this.connectionString });
  }

  #actionGroup(name: string, severity: Severity, args: ExpiryAlertsArgs): ActionGroup | undefined {
    const receivers = receiversOf(args.settings.receivers, severity);
    if (receivers === undefined) return undefined;
    return new ActionGroup(
      `${name}-${severity}`,
      {
        resourceGroupName: args.resourceGroupName,
        actionGroupName: `${args.vaultName}-${severity}`,
        // Azure allows 12 characters; text messages begin with it.
        groupShortName: `kt-${severity}`,
        location: "Global",
        enabled: true,
        tags: args.tags,
        ...receivers,
      },
      { parent: this },
    );
  }

  /** Those to tell, for Azure's lists. */
  #told(severity: Severity): pulumi.Output<string>[] {
    const id = this.actionGroupIds[severity];
    return id === undefined ? [] : [id];
  }

  #auditTrail(name: string, { vaultId }: WatchedVault): void {
    new DiagnosticSetting(
      `${name}-vault-audit`,
      {
        name: "keyturn",
        resourceUri: vaultId,
        workspaceId: this.workspaceId,
        // Into AZKVAuditLogs rather than the table that all kinds of resources share.
        logAnalyticsDestinationType: "Dedicated",
        logs: [{ categoryGroup: "audit", enabled: true }],
      },
      { parent: this },
    );
  }

  #vaultEvents(
    name: string,
    { vaultName, vaultId }: WatchedVault,
    args: ExpiryAlertsArgs,
  ): pulumi.Resource[] {
    const { resourceGroupName } = args;
    const topic = new SystemTopic(
      `${name}-vault-events`,
      {
        resourceGroupName,
        systemTopicName: `${vaultName}-events`,
        location: args.region,
        source: vaultId,
        topicType: "Microsoft.KeyVault.vaults",
        tags: args.tags,
      },
      { parent: this },
    );
    return expiryAlerts(args.settings).map(
      ({ suffix, eventType, severity, description }) =>
        new SystemTopicEventSubscription(
          `${name}-${suffix}`,
          {
            resourceGroupName,
            systemTopicName: topic.name,
            eventSubscriptionName: suffix,
            // The only schema that an alert can be made of.
            eventDeliverySchema: "CloudEventSchemaV1_0",
            filter: { includedEventTypes: [eventType] },
            destination: {
              endpointType: "MonitorAlert",
              severity: `Sev${AZURE_SEVERITY[severity]}`,
              actionGroups: this.#told(severity),
              description,
            },
          },
          { parent: this },
        ),
    );
  }

  #signInLogs(name: string, vaultName: string, workspaceId: pulumi.Output<string>): void {
    new DirectoryDiagnosticSetting(
      `${name}-sign-in-logs`,
      {
        // One of the tenant's five.
        name: `${vaultName}-sign-ins`,
        workspaceId,
        logs: ["SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs"].map(
          (category) => ({
            category,
            enabled: true,
            retentionPolicy: { enabled: false, days: 0 },
          }),
        ),
      },
      { parent: this },
    );
  }

  #logRule(name: string, rule: LogRule, args: ExpiryAlertsArgs): void {
    new ScheduledQueryRule(
      `${name}-${rule.suffix}`,
      {
        resourceGroupName: args.resourceGroupName,
        ruleName: `${args.vaultName}-${rule.suffix}`,
        location: args.region,
        tags: args.tags,
        kind: "LogAlert",
        displayName: rule.title,
        description: rule.description,
        severity: AZURE_SEVERITY[rule.severity],
        enabled: true,
        scopes: [this.workspaceId],
        ...evaluationOf(rule),
        // A table that has never got a row may be unknown to the workspace, which would refuse the rule.
        skipQueryValidation: true,
        actions: { actionGroups: this.#told(rule.severity) },
      },
      { parent: this },
    );
  }
}
