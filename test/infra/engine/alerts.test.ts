import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { sendEvents } from "../../../cli/engine/report-run.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../infra/duration.ts";
import { parseInstant } from "../../../infra/instant.ts";
import { ROLE_ASSIGNMENT_TYPE } from "../../../sandbox/arm/rbac.ts";
import { resourceKey } from "../../../sandbox/arm/resource-id.ts";
import type { OutboxEntry } from "../../../sandbox/events/state.ts";
import type { Sandbox } from "../../../sandbox/host/sandbox.ts";
import { isoSeconds } from "../../../sandbox/iso-time.ts";
import "../../../sandbox/localhost-names.ts";
import { addApplication, addUser, assignRole, VAULT_ROLES } from "../../support/directory.ts";
import { trust } from "../../support/https-server.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack } from "../../support/keyturn-stack.ts";
import { clientCredentialsForm } from "../../support/token-endpoint.ts";
import { PORTAL, userVaultToken } from "../../support/vault-user.ts";

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

describe("the alerts on the real engine", () => {
  it("are silent while rotation works, and speak of everything that goes wrong once it has stopped", async (t) => {
    const stack = await keyturnStack(t, { seed: "alerts", settings: ONE_CREDENTIAL });
    const { timeline, store, env } = stack.sandbox;
    trust(readFileSync(env.NODE_EXTRA_CA_CERTS ?? "", "utf8"));
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
    const report = await pipelineReport(stack);
    for (let generation = 2; generation <= 4; generation++) {
      const { nextRotationAt } = await credential(stack);
      const untilMs = ms(nextRotationAt) + DAY_MS;
      while (store.state.clock.nowMs < untilMs) {
        await report();
        await timeline.advanceTo(Math.min(store.state.clock.nowMs + DAY_MS, untilMs));
      }
      await stack.mustUp();
      assert.equal((await credential(stack)).current?.generation, generation);
    }
    assert.deepEqual(store.state.events.outbox, []);

    // A person looks at the secret, which services may and people hardly ever have to.
    await readAsPerson(stack);
    const seen = await timeline.advance(15 * MINUTE_MS);
    assert.deepEqual(told(seen.messages), ["email on-call@example.com"]);
    assert.match(
      seen.messages[0]?.what ?? "",
      /^Fired: Sev3 Azure Monitor alert kv-sell-mail-dev-people-in-vault /,
    );
    assert.match(
      seen.messages[0]?.text ?? "",
      /Person: kim@sandbox.onmicrosoft.com\nSecret: mailman\nOperationName: SecretGet\n/,
    );
    const forgotten = await timeline.advance(2 * HOUR_MS);
    assert.deepEqual(conditions(forgotten.messages), ["Resolved people-in-vault"]);

    // Nothing runs any more: the last run ends a minute before the hour, and hourly somebody listens.
    const endMs = ms((await credential(stack)).current?.expiresAt);
    await timeline.advanceTo(Math.ceil(store.state.clock.nowMs / HOUR_MS) * HOUR_MS + HOUR_MS - MINUTE_MS);
    await report();
    const patience = await timeline.advance(2 * DAY_MS);
    assert.deepEqual(patience.messages, [], "two intervals are not over yet");
    const silence = await timeline.advance(MINUTE_MS);
    assert.deepEqual(told(silence.messages), ["email on-call@example.com", "sms +49 1701234567"]);
    assert.deepEqual(conditions(silence.messages.slice(1)), ["Fired rotation-stopped"]);
    assert.match(silence.messages[0]?.text ?? "", /has succeeded for 2 days.*failed-rotation\.md/);
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

    // The services still use it, and within minutes somebody is paged.
    await timeline.advance(MINUTE_MS);
    assert.equal(await signInAsService(stack), 7000222);
    const paged = await timeline.advance(5 * MINUTE_MS);
    assert.deepEqual(told(paged.messages), [
      "email on-call@example.com",
      "webhook https://pager.example.com/hook",
    ]);
    assert.match(
      paged.messages[0]?.what ?? "",
      /^Fired: Sev0 Azure Monitor alert kv-sell-mail-dev-sign-ins-refused /,
    );
    assert.match(
      paged.messages[0]?.text ?? "",
      /expired-secret\.md\nAppId: [0-9a-f-]{36}\nResultType: 7000222\n/,
    );

    // Somebody has acted: all is well again, and the next month of silence is one of peace.
    const events = store.state.events.customEvents.length;
    const { exitCode, stderr } = await keyturn(stack, ["up", "--quiet"]);
    assert.equal(exitCode, 0, stderr);
    const reported = store.state.events.customEvents.slice(events);
    assert.deepEqual(
      reported.map(({ name, properties }) => ({ name, properties })),
      [{ name: "KeyturnRotationRun", properties: { stack: "dev", outcome: "succeeded" } }],
    );
    assert.equal(await signInAsService(stack), undefined);
    const relief = await timeline.advance(3 * HOUR_MS);
    assert.deepEqual(
      new Set(conditions(relief.messages)),
      new Set(["Resolved sign-ins-refused", "Resolved rotation-stopped"]),
    );
    for (let day = 1; day <= 40; day++) {
      await report();
      const { messages } = await timeline.advance(DAY_MS);
      assert.deepEqual(messages, []);
    }
    assert.ok(!(await stack.checkpoint()).includes("key=secret"), "a webhook's key is no reading matter");
  });
});

/** What the pipeline's every successful run ends with, where a whole run would change nothing. */
async function pipelineReport({ run, sandbox }: KeyturnStack): Promise<() => Promise<void>> {
  const { stdout } = await run(["stack", "output", "--json"]);
  const { telemetry } = JSON.parse(stdout) as { telemetry: { connectionString: string } };
  return async () => {
    const properties = { stack: "dev", outcome: "succeeded" };
    const at = isoSeconds(sandbox.clock.nowMs());
    const events = [{ name: "KeyturnRotationRun", properties }];
    assert.equal(await sendEvents(telemetry.connectionString, { events, at }), undefined);
  };
}

/** Kim, who may, reads the published secret's value as the portal would. */
async function readAsPerson({ sandbox }: KeyturnStack): Promise<void> {
  const { store, clock, randomness, ports } = sandbox;
  const directory = { store, clock, randomness, context: () => ({ nowMs: clock.nowMs(), randomness }) };
  const kim = await addUser(directory, "kim");
  const portal = await addApplication(directory, { displayName: "portal", properties: PORTAL });
  const vault = Object.values(store.state.keyVault.vaults)[0];
  assert.ok(vault !== undefined);
  await assignRole(directory, {
    principalId: kim.id,
    role: VAULT_ROLES.secretsUser,
    scope: vault.resourceId,
  });
  const authority = `https://localhost:${ports.https}/${store.state.entra.tenant.id}`;
  const { accessToken } = await userVaultToken(authority, portal, kim.userPrincipalName);
  const address = `https://${vault.name}.vault.localhost:${ports.https}/secrets/${NAME}?api-version=7.6`;
  const { status } = await fetch(address, { headers: { authorization: `Bearer ${accessToken}` } });
  assert.equal(status, 200);
}

/** Asks for a token with the secret that is published now. @returns Entra's error, if it refuses. */
async function signInAsService(stack: KeyturnStack): Promise<number | undefined> {
  const { store, ports } = stack.sandbox;
  const [vault] = Object.values(store.state.keyVault.vaults);
  const secret = vault?.secrets[NAME]?.versions.at(-1)?.value;
  assert.ok(secret !== undefined);
  const { clientId } = await credential(stack);
  const response = await fetch(
    `https://localhost:${ports.https}/${store.state.entra.tenant.id}/oauth2/v2.0/token`,
    {
      method: "POST",
      body: new URLSearchParams(clientCredentialsForm({ clientId, secret })),
    },
  );
  const { error_codes: codes } = (await response.json()) as { error_codes?: number[] };
  return codes?.[0];
}

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

/** `Fired sign-ins-refused`, for each message. */
function conditions(messages: readonly OutboxEntry[]): string[] {
  return messages.map(({ alert }) => `${alert?.condition} ${alert?.rule.replace("kv-sell-mail-dev-", "")}`);
}
