import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS, MINUTE_MS } from "../../../infra/duration.ts";
import { parseInstant } from "../../../infra/instant.ts";
import { ROLE_ASSIGNMENT_TYPE } from "../../../sandbox/arm/rbac.ts";
import { resourceKey } from "../../../sandbox/arm/resource-id.ts";
import type { OutboxEntry } from "../../../sandbox/events/state.ts";
import type { Sandbox } from "../../../sandbox/host/sandbox.ts";
import { keyturn } from "../../support/crash.ts";
import { type KeyturnStack, keyturnStack } from "../../support/keyturn-stack.ts";

const NAME = "mailman";
const ONE_CREDENTIAL = {
  credentials: [
    { name: NAME, application: { displayName: "Mailman", permissions: { application: ["Mail.Send"] } } },
  ],
  alerts: {
    runbooks: "https://example.com/runbooks",
    receivers: [
      { name: "pager", webhook: "https://pager.example.com/hook?key=secret", severities: ["critical"] },
      { name: "team", sms: { countryCode: "49", phone: "1701234567" }, severities: ["warning"] },
      { name: "mail", email: "on-call@example.com" },
    ],
    signInLogs: true,
  },
};

describe("the vault's alerts on the real engine", () => {
  it("are silent while rotation works, and speak a month ahead and at the end once it has stopped", async (t) => {
    const stack = await keyturnStack(t, { seed: "alerts", settings: ONE_CREDENTIAL });
    const { timeline, store } = stack.sandbox;
    const refused = await stack.up();
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.stdout, /alerts-sign-in-logs.*microsoft\.aadiam\/diagnosticSettings\/read/s);
    await allowTenantLogs(stack.sandbox);
    await stack.mustUp();
    // Key Vault announces only versions that are younger than who listens.
    assert.deepEqual(await dependenciesOf(stack, "azure-native:keyvault:Secret", NAME), [
      "alerts-secret-expired",
      "alerts-secret-near-expiry",
    ]);

    // A daily pipeline is at most a day late; on the other days it changes nothing.
    for (let generation = 2; generation <= 4; generation++) {
      const { nextRotationAt } = await credential(stack);
      await timeline.advanceTo(ms(nextRotationAt) + DAY_MS);
      await stack.mustUp();
      assert.equal((await credential(stack)).current?.generation, generation);
    }
    assert.deepEqual(store.state.events.outbox, []);

    // Nothing runs any more.
    const endMs = ms((await credential(stack)).current?.expiresAt);
    const quiet = await timeline.advanceTo(endMs - 30 * DAY_MS - MINUTE_MS);
    assert.deepEqual(quiet.messages, []);
    const near = await timeline.advance(MINUTE_MS);
    assert.deepEqual(told(near.messages), ["email on-call@example.com", "sms +49 1701234567"]);
    assert.match(
      near.messages[0]?.what ?? "",
      /^Fired: Sev2 Azure Monitor alert secret-near-expiry on kv-sell-mail-dev /,
    );
    assert.match(near.messages[0]?.text ?? "", /https:\/\/example\.com\/runbooks\/failed-rotation\.md/);
    assert.match(near.messages[0]?.text ?? "", /Secret mailman in vault kv-sell-mail-dev/);

    const waiting = await timeline.advanceTo(endMs - MINUTE_MS);
    assert.deepEqual(waiting.messages, [], "it says so once");
    const expired = await timeline.advance(MINUTE_MS);
    assert.deepEqual(told(expired.messages), [
      "email on-call@example.com",
      "webhook https://pager.example.com/hook",
    ]);
    assert.match(expired.messages[0]?.what ?? "", /^Fired: Sev0 Azure Monitor alert secret-expired /);
    assert.match(expired.messages[0]?.text ?? "", /https:\/\/example\.com\/runbooks\/expired-secret\.md/);

    // Somebody has acted: the next month of silence is one of peace.
    const { exitCode, stderr } = await keyturn(stack, ["up", "--quiet"]);
    assert.equal(exitCode, 0, stderr);
    const { messages } = await timeline.advance(40 * DAY_MS);
    assert.deepEqual(messages, []);
    const reported = store.state.events.customEvents.map(({ name, properties }) => ({ name, properties }));
    assert.deepEqual(reported, [
      { name: "KeyturnRotationRun", properties: { stack: "dev", outcome: "succeeded" } },
    ]);
    assert.ok(!(await stack.checkpoint()).includes("key=secret"), "a webhook's key is no reading matter");
  });
});

async function credential(stack: KeyturnStack) {
  const found = (await stack.credentials())[NAME];
  assert.ok(found !== undefined);
  return found;
}

/**
 * Lets the deployer say where the tenant's logs go, which is none of a subscription's. The sandbox makes no role
 * assignments up there, so its Owner is made one there by hand.
 */
async function allowTenantLogs({ store, deployer }: Sandbox): Promise<void> {
  await store.update((draft) => {
    const owner = Object.values(draft.arm.resources).find(
      ({ type, properties }) =>
        type === ROLE_ASSIGNMENT_TYPE &&
        properties.principalId === deployer.principalId &&
        String(properties.roleDefinitionId).endsWith("8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
    );
    assert.ok(owner !== undefined);
    const scope = "/providers/microsoft.aadiam";
    const id = `${scope}/providers/${ROLE_ASSIGNMENT_TYPE}/${owner.name}`;
    draft.arm.resources[resourceKey(id)] = { ...owner, id, properties: { ...owner.properties, scope } };
  });
}

/** The event subscriptions that a resource waits for. */
async function dependenciesOf(stack: KeyturnStack, type: string, name: string): Promise<string[]> {
  const { checkpoint } = JSON.parse(await stack.checkpoint()) as {
    checkpoint: { latest: { resources: { urn: string; dependencies?: string[] }[] } };
  };
  const resource = checkpoint.latest.resources.find(({ urn }) => urn.endsWith(`$${type}::${name}`));
  const subscriptions = resource?.dependencies?.filter((urn) => urn.includes("SystemTopicEventSubscription"));
  return (subscriptions ?? []).map((urn) => urn.split("::").at(-1) ?? "").toSorted();
}

function ms(instant: string | undefined): number {
  const parsed = parseInstant(instant ?? "");
  assert.ok(parsed !== undefined);
  return parsed;
}

function told(messages: readonly OutboxEntry[]): string[] {
  return messages.map(({ via, who }) => `${via} ${who}`);
}
