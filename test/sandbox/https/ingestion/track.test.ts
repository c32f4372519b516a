import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { json } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { putResource } from "../../../../sandbox/arm/resources.ts";
import { createSandbox } from "../../../../sandbox/host/create-sandbox.ts";
import { mergedEnvironment } from "../../../../sandbox/host/environment.ts";
import type { Sandbox } from "../../../../sandbox/host/sandbox.ts";
import { ProviderClient } from "../../../support/provider-client.ts";

const MINUTE_MS = 60_000;
const URN = "urn:pulumi:dev::keyturn::azure-native:applicationinsights:Component::mail";

/** A sandbox with an Application Insights component, made through the provider as a program does. */
async function withComponent(
  t: TestContext,
): Promise<{ sandbox: Sandbox; id: string; connectionString: string }> {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  const group = `/subscriptions/${sandbox.store.state.arm.subscriptionId}/resourceGroups/rg`;
  await sandbox.store.update((draft) => {
    const context = {
      nowMs: draft.clock.nowMs,
      randomness: sandbox.randomness,
      caller: sandbox.deployer,
      vaultUri: String,
    };
    putResource(draft, group, { location: "westeurope" }, context);
  });
  const provider = new ProviderClient(sandbox.ports.providers["azure-native"] ?? 0);
  t.after(() => provider.close());
  await provider.configure({}, "azure-native");
  const inputs = {
    kind: "web",
    applicationType: "web",
    resourceGroupName: "rg",
    resourceName: "mail",
    location: "westeurope",
  };
  const { id, properties } = await provider.create({ urn: URN, properties: inputs });
  return { sandbox, id, connectionString: String(properties.connectionString) };
}

test("what a service measures with Azure Monitor's own library reaches the alert rules", async (t) => {
  const { sandbox, id, connectionString } = await withComponent(t);
  const rule = `${id.replace(/components\/.*/, "metricAlerts/late")}`;
  await sandbox.store.update((draft) => {
    const context = {
      nowMs: draft.clock.nowMs,
      randomness: sandbox.randomness,
      caller: sandbox.deployer,
      vaultUri: String,
    };
    const properties = {
      ...{
        severity: 1,
        enabled: true,
        scopes: [id],
        evaluationFrequency: "PT1M",
        windowSize: "PT5M",
        actions: [],
      },
      criteria: {
        "odata.type": "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
        allOf: [
          {
            ...{ name: "late", criterionType: "StaticThresholdCriterion", metricName: "mail.latency" },
            ...{
              operator: "GreaterThan",
              threshold: 100,
              timeAggregation: "Maximum",
              metricNamespace: "azure.applicationinsights",
            },
            dimensions: [{ name: "credential", operator: "Include", values: ["mailman"] }],
          },
        ],
      },
    };
    putResource(draft, rule, { location: "global", properties }, context);
  });
  const program = `
    import { metrics } from "@opentelemetry/api";
    import { shutdownAzureMonitor, useAzureMonitor } from "@azure/monitor-opentelemetry";
    const connectionString = ${JSON.stringify(connectionString)};
    useAzureMonitor({ azureMonitorExporterOptions: { connectionString, disableOfflineStorage: true }, enableLiveMetrics: false });
    const latency = metrics.getMeter("mailman").createHistogram("mail.latency");
    for (const seconds of [1, 2, 3, 4, 140]) latency.record(seconds, { credential: "mailman" });
    await shutdownAzureMonitor();
  `;
  const env = mergedEnvironment({ ...process.env, APPLICATION_INSIGHTS_NO_STATSBEAT: "1" }, sandbox.env);
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    env,
    timeout: 60_000,
  });
  const series = Object.values(sandbox.store.state.events.metrics).find(
    ({ name }) => name === "mail.latency",
  );
  assert.equal(series?.resourceId, id);
  assert.deepEqual(series?.dimensions.credential, "mailman");
  assert.deepEqual(series?.minutes, [{ atMs: Date.UTC(2025, 0, 1), count: 5, sum: 150, min: 1, max: 140 }]);
  await sandbox.timeline.advance(MINUTE_MS);
  assert.deepEqual(
    sandbox.store.state.events.alerts.map(({ rule, condition }) => `${rule} ${condition}`),
    ["late Fired"],
  );
});

interface Summary {
  itemsReceived: number;
  itemsAccepted: number;
  errors: { index: number; statusCode: number; message: string }[];
}

function post({ env, ports }: Sandbox, body: string | Buffer, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; summary: Summary }>((done, fail) => {
    const options = {
      method: "POST",
      headers,
      agent: false,
      ca: readFileSync(env.NODE_EXTRA_CA_CERTS ?? ""),
    };
    const sent = request(`https://localhost:${ports.https}/v2.1/track`, options, (response) => {
      json(response).then(
        (summary) => done({ status: response.statusCode ?? 0, summary: summary as Summary }),
        fail,
      );
    });
    sent.on("error", fail);
    sent.end(body);
  });
}

test("only metrics of components that there are, are kept; the rest is refused by name", async (t) => {
  const { sandbox, connectionString } = await withComponent(t);
  const iKey = /InstrumentationKey=([^;]+)/.exec(connectionString)?.[1];
  const metric = { baseType: "MetricData", baseData: { metrics: [{ name: "queue", value: 3 }] } };
  const items = [
    { iKey, data: metric },
    { iKey: "another", data: metric },
    { iKey, data: { baseType: "MessageData", baseData: { message: "hello" } } },
    { nonsense: true },
  ];
  const { status, summary } = await post(sandbox, JSON.stringify(items));
  assert.equal(status, 206);
  assert.deepEqual(summary, {
    itemsReceived: 4,
    itemsAccepted: 1,
    errors: [
      { index: 1, statusCode: 400, message: "Invalid instrumentation key" },
      {
        index: 2,
        statusCode: 501,
        message: "the sandbox keeps metrics and custom events, and no MessageData",
      },
      { index: 3, statusCode: 400, message: "not a telemetry item" },
    ],
  });
  const lines = [items[0], items[0]].map((item) => JSON.stringify(item)).join("\n");
  const zipped = await post(sandbox, gzipSync(lines), { "content-encoding": "gzip" });
  assert.deepEqual(zipped, { status: 200, summary: { itemsReceived: 2, itemsAccepted: 2, errors: [] } });
  const [series, ...more] = Object.values(sandbox.store.state.events.metrics);
  assert.deepEqual(more, []);
  assert.deepEqual(series?.minutes, [{ atMs: Date.UTC(2025, 0, 1), count: 3, sum: 9, min: 3, max: 3 }]);
  assert.equal((await post(sandbox, "no telemetry")).status, 400);
});
