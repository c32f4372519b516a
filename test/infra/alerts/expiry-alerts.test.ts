import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterEach, beforeEach, describe, it } from "node:test";
import { armIdOf } from "../../../cli/engine/pending.ts";
import { ExpiryAlerts } from "../../../infra/alerts/expiry-alerts.ts";
import {
  auditedTiers,
  failedSignIns,
  secretsTouchedByPeople,
  succeededRuns,
} from "../../../infra/alerts/queries.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import type { AlertSettings } from "../../../infra/settings/schema.ts";
import { alertSettings, VERIFICATION } from "../../support/alert-settings.ts";
import { mockPulumi, type PulumiMocks, registered, secretValue } from "../../support/pulumi-mocks.ts";

const SUBSCRIPTION = "66666666-6666-4666-8666-666666666666";
const VAULT_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv`;
const CLIENT_IDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
const RULE = "azure-native:monitor:ScheduledQueryRule";
const EVENTS = "azure-native:eventgrid:SystemTopicEventSubscription";
const GROUP = "azure-native:monitor:ActionGroup";

let mocks: PulumiMocks;

beforeEach(async () => {
  mocks = await mockPulumi({ stack: "prod", outputs: ({ inputs }) => ({ name: inputs.systemTopicName }) });
});

afterEach(registered);

async function declare(over?: Partial<AlertSettings>): Promise<ExpiryAlerts> {
  const alerts = new ExpiryAlerts("alerts", {
    settings: alertSettings(over),
    region: "westeurope",
    resourceGroupName: "rg",
    vaultName: "kv",
    vaultId: VAULT_ID,
    clientIds: CLIENT_IDS,
    verification: VERIFICATION,
    tags: { team: "sell" },
    protect: false,
  });
  await registered();
  return alerts;
}

const children = () => mocks.resources.filter(({ type }) => type.startsWith("azure-native:"));
const inputsOf = (type: string, name: string) => mocks.resource(type, name).inputs;

describe("ExpiryAlerts", () => {
  it("is 11 resources, 13 with the tenant's sign-in logs, and 4 more where an audit runs", async () => {
    await declare();
    const names = children().map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    assert.deepEqual(names.toSorted(), [
      "ActionGroup alerts-critical",
      "ActionGroup alerts-info",
      "ActionGroup alerts-warning",
      "Component alerts-telemetry",
      "DiagnosticSetting alerts-vault-audit",
      "ScheduledQueryRule alerts-people-in-vault",
      "ScheduledQueryRule alerts-rotation-stopped",
      "SystemTopic alerts-vault-events",
      "SystemTopicEventSubscription alerts-secret-expired",
      "SystemTopicEventSubscription alerts-secret-near-expiry",
      "Workspace alerts-logs",
    ]);
    mocks.resources.length = 0;
    await declare({ signInLogs: true });
    assert.equal(children().length, 13);
    mocks.resources.length = 0;
    await declare({ signInLogs: true, auditInterval: DAY_MS });
    assert.equal(children().length, 17);
  });

  it("names everything so that it can be found again from its inputs alone", async () => {
    await declare({ signInLogs: true, auditInterval: DAY_MS });
    const ids = children().map(({ type, name, inputs }) =>
      armIdOf({ urn: name, type, inputs }, { subscriptionId: SUBSCRIPTION }),
    );
    assert.ok(ids.every((id) => id !== undefined && !id.includes("undefined")));
    assert.equal(new Set(ids).size, 17);
    assert.ok(ids.includes("/providers/microsoft.aadiam/diagnosticSettings/kv-sign-ins"));
  });

  it("says in every text which runbook to go on with, one that is there, and tells somebody of each", async () => {
    await declare({ signInLogs: true, auditInterval: DAY_MS });
    const rules = mocks.resources
      .filter(({ type }) => type === RULE)
      .map(({ name, inputs }) => ({
        name,
        text: String(inputs.description),
        told: (inputs.actions as { actionGroups: string[] }).actionGroups,
      }));
    const events = mocks.resources
      .filter(({ type }) => type === EVENTS)
      .map(({ name, inputs }) => {
        const { description, actionGroups } = inputs.destination as Record<string, unknown>;
        return { name, text: String(description), told: actionGroups as string[] };
      });
    assert.deepEqual([rules.length, events.length], [7, 2]);
    const groups = mocks.resources.filter(({ type }) => type === GROUP).map(({ name }) => `${name}-id`);
    for (const { name, text, told } of [...rules, ...events]) {
      const runbook = /: https:\/\/example\.com\/runbooks\/([a-z-]+\.md)$/.exec(text)?.[1];
      assert.ok(runbook !== undefined, `${name} has no link: ${text}`);
      assert.ok(existsSync(new URL(`../../../docs/runbooks/${runbook}`, import.meta.url)), runbook);
      assert.ok(told.length === 1 && told.every((id) => groups.includes(id)), name);
    }
  });

  it("routes a severity to those who want it", async () => {
    await declare();
    const receivers = (severity: string) => {
      const { inputs } = mocks.resource(GROUP, `alerts-${severity}`);
      return ["emailReceivers", "smsReceivers", "webhookReceivers"].map((list) =>
        // A secret in a list makes a secret of the list.
        ((Array.isArray(inputs[list]) ? inputs[list] : secretValue(inputs[list])) as { name: string }[])
          .map(({ name }) => name)
          .join(),
      );
    };
    assert.deepEqual(receivers("critical"), ["mail", "phone", "pager"]);
    assert.deepEqual(receivers("warning"), ["mail", "", "pager"]);
    assert.deepEqual(receivers("info"), ["mail", "", ""]);
    const { webhookReceivers, smsReceivers, emailReceivers, ...group } = inputsOf(GROUP, "alerts-critical");
    assert.deepEqual(group, {
      resourceGroupName: "rg",
      actionGroupName: "kv-critical",
      groupShortName: "kt-critical",
      location: "Global",
      enabled: true,
      tags: { team: "sell" },
    });
    assert.deepEqual(smsReceivers, [{ name: "phone", countryCode: "49", phoneNumber: "1701234567" }]);
    assert.deepEqual(emailReceivers, [
      { name: "mail", emailAddress: "on-call@example.com", useCommonAlertSchema: true },
    ]);
    assert.deepEqual(secretValue(webhookReceivers), [
      {
        name: "pager",
        serviceUri: "https://pager.example.com/?key=1",
        useCommonAlertSchema: true,
      },
    ]);
  });

  it("does without group and rule where nobody wants to be told, but keeps the audit trail", async () => {
    const severities = ["critical" as const, "warning" as const];
    const { actionGroupIds } = await declare({
      receivers: [{ name: "pager", webhook: "https://a.example.com", severities }],
    });
    assert.equal(actionGroupIds.info, undefined);
    assert.equal(mocks.resources.filter(({ type }) => type === GROUP).length, 2);
    assert.deepEqual(
      mocks.resources.filter(({ type }) => type === RULE).map(({ name }) => name),
      ["alerts-rotation-stopped"],
    );
    assert.ok(mocks.resource("azure-native:monitor:DiagnosticSetting", "alerts-vault-audit"));
  });

  it("makes alerts of the vault's events", async () => {
    await declare();
    assert.deepEqual(inputsOf("azure-native:eventgrid:SystemTopic", "alerts-vault-events"), {
      resourceGroupName: "rg",
      systemTopicName: "kv-events",
      location: "westeurope",
      source: VAULT_ID,
      topicType: "Microsoft.KeyVault.vaults",
      tags: { team: "sell" },
    });
    assert.deepEqual(inputsOf(EVENTS, "alerts-secret-near-expiry"), {
      resourceGroupName: "rg",
      systemTopicName: "kv-events",
      eventSubscriptionName: "secret-near-expiry",
      eventDeliverySchema: "CloudEventSchemaV1_0",
      // Whether it is case-sensitive is the SDK's own default.
      filter: { includedEventTypes: ["Microsoft.KeyVault.SecretNearExpiry"], isSubjectCaseSensitive: false },
      destination: {
        endpointType: "MonitorAlert",
        severity: "Sev2",
        actionGroups: ["alerts-warning-id"],
        description:
          "A managed secret ends in 30 days. It should have been rotated long before: rotation is broken or held. What to do: https://example.com/runbooks/failed-rotation.md",
      },
    });
    const expired = inputsOf(EVENTS, "alerts-secret-expired");
    const { includedEventTypes } = expired.filter as Record<string, unknown>;
    assert.deepEqual(includedEventTypes, ["Microsoft.KeyVault.SecretExpired"]);
    const { severity, actionGroups } = expired.destination as Record<string, unknown>;
    assert.deepEqual([severity, actionGroups], ["Sev0", ["alerts-critical-id"]]);
  });

  it("hears that nothing rotates any more, by silence of two intervals", async () => {
    await declare({ runInterval: 3 * HOUR_MS });
    const { description, ...rule } = inputsOf(RULE, "alerts-rotation-stopped");
    assert.match(
      String(description),
      /succeeded for 6 hours\. What to do: https:\/\/example\.com\/runbooks\/failed-rotation\.md$/,
    );
    assert.deepEqual(rule, {
      resourceGroupName: "rg",
      ruleName: "kv-rotation-stopped",
      location: "westeurope",
      tags: { team: "sell" },
      kind: "LogAlert",
      displayName: "Nothing rotates the credentials of prod any more",
      severity: 2,
      enabled: true,
      scopes: ["alerts-logs-id"],
      evaluationFrequency: "PT1H",
      windowSize: "PT6H",
      autoMitigate: true,
      skipQueryValidation: true,
      criteria: {
        allOf: [
          {
            criterionType: "StaticThresholdCriterion",
            query: succeededRuns("prod"),
            timeAggregation: "Total",
            metricMeasureColumn: "runs",
            operator: "LessThan",
            threshold: 1,
            dimensions: [],
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 },
          },
        ],
      },
      actions: { actionGroups: ["alerts-warning-id"] },
    });
  });

  it("spells the longest window as Azure does", async () => {
    await declare({ runInterval: DAY_MS });
    assert.equal(inputsOf(RULE, "alerts-rotation-stopped").windowSize, "P2D");
  });

  it("tells daily of what the audit found, by tier, each to those who want its severity", async () => {
    await declare({ auditInterval: DAY_MS });
    const rules = (["critical", "warning", "info"] as const).map((each) => {
      const rule = inputsOf(RULE, `alerts-audit-${each}`);
      const [condition] = (rule.criteria as { allOf: Record<string, unknown>[] }).allOf;
      assert.deepEqual(condition?.dimensions, [{ name: "Tier", operator: "Include", values: ["*"] }]);
      assert.deepEqual(rule.actions, { actionGroups: [`alerts-${each}-id`] });
      assert.deepEqual(
        [rule.windowSize, rule.evaluationFrequency, rule.autoMitigate, rule.muteActionsDuration],
        ["P1D", "PT1H", false, "P1D"],
      );
      return [rule.severity, condition?.query];
    });
    assert.deepEqual(rules, [
      [0, auditedTiers("prod", "critical")],
      [2, auditedTiers("prod", "warning")],
      [3, auditedTiers("prod", "info")],
    ]);
  });

  it("hears that no audit runs any more, where one does", async () => {
    await declare({ auditInterval: 12 * HOUR_MS });
    const rule = inputsOf(RULE, "alerts-audit-stopped");
    assert.equal(rule.windowSize, "P1D");
    assert.equal(rule.severity, 2);
    assert.match(String(rule.description), /for 1 day\. What to do: .*audit-stopped\.md$/);
  });

  it("keeps the vault's audit trail and tells of people in it", async () => {
    await declare();
    assert.deepEqual(inputsOf("azure-native:monitor:DiagnosticSetting", "alerts-vault-audit"), {
      name: "keyturn",
      resourceUri: VAULT_ID,
      workspaceId: "alerts-logs-id",
      logAnalyticsDestinationType: "Dedicated",
      logs: [{ categoryGroup: "audit", enabled: true }],
    });
    assert.equal(inputsOf("azure-native:operationalinsights:Workspace", "alerts-logs").retentionInDays, 90);
    const rule = inputsOf(RULE, "alerts-people-in-vault");
    const [condition] = (rule.criteria as { allOf: Record<string, unknown>[] }).allOf;
    assert.equal(rule.severity, 3);
    assert.equal(condition?.query, secretsTouchedByPeople());
    assert.deepEqual(condition?.dimensions, [
      { name: "Person", operator: "Include", values: ["*"] },
      { name: "Secret", operator: "Include", values: ["*"] },
      { name: "OperationName", operator: "Include", values: ["*"] },
    ]);
  });

  it("pages for refused sign-ins of the managed applications, if the tenant's logs may be had", async () => {
    await declare({ signInLogs: true });
    const rule = inputsOf(RULE, "alerts-sign-ins-refused");
    const [condition] = (rule.criteria as { allOf: Record<string, unknown>[] }).allOf;
    assert.equal(rule.severity, 0);
    assert.deepEqual(rule.actions, { actionGroups: ["alerts-critical-id"] });
    assert.equal(condition?.query, failedSignIns(CLIENT_IDS, VERIFICATION));
    const logs = inputsOf("azure-native:aadiam:DiagnosticSetting", "alerts-sign-in-logs");
    assert.deepEqual(
      (logs.logs as { category: string }[]).map(({ category }) => category),
      ["SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs"],
    );
  });
});
