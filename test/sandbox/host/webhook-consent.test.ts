import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { putResource } from "../../../sandbox/arm/resources.ts";
import { createSandbox } from "../../../sandbox/host/create-sandbox.ts";
import { setSecret } from "../../../sandbox/keyvault/secrets.ts";
import { ProviderClient } from "../../support/provider-client.ts";

const TYPE = "azure-native:eventgrid:SystemTopicEventSubscription";
const urn = (name: string) => `urn:pulumi:dev::keyturn::${TYPE}::${name}`;

/** A vault with a system topic, and a webhook that consents or not. */
async function watchedVault(t: TestContext, consents: () => boolean) {
  const sandbox = await createSandbox();
  t.after(() => sandbox.close());
  const methods: string[] = [];
  const server = createServer((request, response) => {
    methods.push(request.method ?? "");
    response.writeHead(200, { connection: "close", ...(consents() && { "webhook-allowed-origin": "*" }) });
    response.end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  t.after(() => new Promise((done) => server.close(done)));
  const group = `/subscriptions/${sandbox.store.state.arm.subscriptionId}/resourceGroups/rg`;
  const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-consent`;
  const context = () => ({
    ...{ nowMs: sandbox.clock.nowMs(), randomness: sandbox.randomness, caller: sandbox.deployer },
    vaultUri: (name: string) => `https://${name}.vault.localhost/`,
  });
  await sandbox.store.update((draft) => {
    putResource(draft, group, { location: "westeurope" }, context());
    const properties = {
      ...{ tenantId: sandbox.deployer.tenantId, sku: { family: "A", name: "standard" } },
      enableRbacAuthorization: true,
    };
    putResource(draft, vault, { location: "westeurope", properties }, context());
    const topic = { source: vault, topicType: "Microsoft.KeyVault.vaults" };
    const topicId = `${group}/providers/Microsoft.EventGrid/systemTopics/topic`;
    putResource(draft, topicId, { location: "westeurope", properties: topic }, context());
  });
  const provider = new ProviderClient(sandbox.ports.providers["azure-native"] ?? 0);
  t.after(() => provider.close());
  await provider.configure({}, "azure-native");
  const inputs = (path: string) => ({
    ...{ resourceGroupName: "rg", systemTopicName: "topic", eventSubscriptionName: "hook" },
    eventDeliverySchema: "CloudEventSchemaV1_0",
    destination: {
      endpointType: "WebHook",
      endpointUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${path}?code=key`,
    },
  });
  return {
    sandbox,
    methods,
    provider,
    inputs,
    subscriptions: () => Object.keys(sandbox.store.state.events.subscriptions),
    newVersion: () =>
      sandbox.store.update((draft) => {
        setSecret(draft, { vaultName: "kv-consent", secretName: "s", value: "v" }, context());
      }),
  };
}

test("a subscription whose webhook consents is made, and gets events at once", async (t) => {
  const { sandbox, provider, inputs, methods, newVersion, subscriptions } = await watchedVault(t, () => true);
  const { id } = await provider.create({ urn: urn("hook"), properties: inputs("a") });
  assert.deepEqual(subscriptions(), [id.toLowerCase()]);
  await newVersion();
  const [entry] = await sandbox.outbox();
  assert.equal(entry?.outcome, "delivered");
  assert.deepEqual(methods, ["OPTIONS", "POST"]);
});

test("a subscription whose webhook refuses is not made, and the update fails", async (t) => {
  const { sandbox, provider, inputs, newVersion, subscriptions } = await watchedVault(t, () => false);
  await assert.rejects(provider.create({ urn: urn("hook"), properties: inputs("a") }), (error: Error) => {
    assert.match(error.message, /The attempt to validate the provided endpoint http:\S+\/a failed/);
    assert.doesNotMatch(error.message, /code=key/);
    return true;
  });
  assert.deepEqual(subscriptions(), []);
  await newVersion();
  assert.deepEqual(await sandbox.outbox(), []);
});

test("a changed address is asked anew; a preview asks nobody", async (t) => {
  let consents = true;
  const { provider, inputs, methods } = await watchedVault(t, () => consents);
  await provider.create({ urn: urn("hook"), properties: inputs("a"), preview: true });
  assert.deepEqual(methods, []);
  const { id, properties } = await provider.create({ urn: urn("hook"), properties: inputs("a") });
  const update = (path: string) =>
    provider.update({ urn: urn("hook"), id, olds: properties, oldInputs: inputs("a"), news: inputs(path) });
  await update("a");
  assert.deepEqual(methods, ["OPTIONS"]);
  consents = false;
  await assert.rejects(update("b"), { code: "UNKNOWN" });
  assert.deepEqual(methods, ["OPTIONS", "OPTIONS"]);
});
