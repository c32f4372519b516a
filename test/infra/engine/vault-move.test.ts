import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { DAY_MS } from "../../../infra/duration.ts";
import { parseInstant } from "../../../infra/instant.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack, succeeded } from "../../support/keyturn-stack.ts";

const OLD = "kv-sell-mail-dev";
const NEW = "kv-sell-mail-eu";
const NAME = "mailman";
const consumers = [{ name: "reader", principalId: "00000000-0000-0000-0000-000000000000" }];
const mailman = { name: NAME, application: { displayName: "Mailman" }, consumers };
const other = { name: "other", application: { displayName: "Other" } };

/**
 * Every resource of an old deployment, with the names by which Azure knows those that have any. Whatever is added to
 * the settings since, none of these may ever change: it would be replaced.
 */
const FROZEN = [
  "applicationinsights:Component alerts-telemetry = kv-sell-mail-dev-telemetry",
  "authorization:RoleAssignment mailman-reader = 1",
  "authorization:RoleAssignment responders-reader = 1",
  "authorization:RoleAssignment responders-vault-reader = 1",
  "eventgrid:SystemTopic alerts-vault-events = kv-sell-mail-dev-events",
  "eventgrid:SystemTopicEventSubscription alerts-secret-expired = secret-expired",
  "eventgrid:SystemTopicEventSubscription alerts-secret-near-expiry = secret-near-expiry",
  "index/application:Application mailman",
  "index/application:Application other",
  "index/applicationPassword:ApplicationPassword mailman-a",
  "index/applicationPassword:ApplicationPassword other-a",
  "index/randomInteger:RandomInteger mailman-splay",
  "index/randomInteger:RandomInteger other-splay",
  "index/randomUuid:RandomUuid mailman-a-1-20250101-2160h",
  "index/randomUuid:RandomUuid other-a-1-20250101-2160h",
  "index/servicePrincipal:ServicePrincipal mailman",
  "index/servicePrincipal:ServicePrincipal other",
  "keyvault:Secret mailman = kv-sell-mail-dev/mailman",
  "keyvault:Secret other = kv-sell-mail-dev/other",
  "keyvault:Vault vault = kv-sell-mail-dev",
  "monitor:ActionGroup alerts-critical = kv-sell-mail-dev-critical",
  "monitor:ActionGroup alerts-info = kv-sell-mail-dev-info",
  "monitor:ActionGroup alerts-warning = kv-sell-mail-dev-warning",
  "monitor:DiagnosticSetting alerts-vault-audit = keyturn",
  "monitor:ScheduledQueryRule alerts-people-in-vault = kv-sell-mail-dev-people-in-vault",
  "monitor:ScheduledQueryRule alerts-rotation-stopped = kv-sell-mail-dev-rotation-stopped",
  "operationalinsights:Workspace alerts-logs = kv-sell-mail-dev-logs",
  "resources:ResourceGroup vault-group = rg-sell-mail-dev",
];

describe("a credential that is moved to another vault, on the real engine", () => {
  it("is published in both until the old vault is given up, through a rotation and a killed engine", async (t) => {
    const stack = await keyturnStack(t, { seed: "vault-move", settings: { credentials: [mailman, other] } });
    const { timeline } = stack.sandbox;
    await stack.mustUp();
    assert.deepEqual(await resources(stack), FROZEN);
    const before = secretIn(stack, OLD);

    // The move begins: the same secret in both vaults, for the same readers, and nothing else is touched.
    await stack.stack.setConfig("keyturn:vaults", { value: JSON.stringify([{ name: NEW }]) });
    await setCredential(stack, { vault: NEW, movedFrom: OLD });
    const begun = await previewed(stack);
    assert.equal(begun.what, "moved");
    assert.match(begun.reason, /^published in kv-sell-mail-eu too; kv-sell-mail-dev is kept in step until/);
    await stack.mustUp();
    const inNew = secretIn(stack, NEW);
    assert.deepEqual([inNew?.value, inNew?.tags], [before?.value, before?.tags]);
    assert.deepEqual(secretIn(stack, OLD), before, "not written again");
    assert.deepEqual(await readersIn(stack), { [OLD]: 1, [NEW]: 1 });
    const all = await resources(stack);
    assert.deepEqual(
      FROZEN.filter((each) => !all.includes(each)),
      [],
    );
    assert.ok(
      all.includes(`eventgrid:SystemTopicEventSubscription alerts@${NEW}-secret-expired = secret-expired`),
    );
    await unchanged(stack);
    const moving = (await stack.credentials())[NAME];
    assert.match(moving?.vaultUri ?? "", /^https:\/\/kv-sell-mail-eu\./);
    assert.deepEqual(
      [moving?.vault, moving?.movedFrom?.vault, moving?.movedFrom?.since],
      [NEW, OLD, "2025-01-01T00:00:00Z"],
    );
    const { stdout: status } = succeeded(await keyturn(stack, ["status"]));
    assert.match(status, /moving +published in kv-sell-mail-dev too, since 2025-01-01T00:00:00Z/);

    // Its consumers have the overlap to change over: before that the old vault is not given up.
    await setCredential(stack, { vault: NEW });
    const early = await stack.up();
    assert.notEqual(early.exitCode, 0);
    assert.match(
      early.stdout,
      /mailman cannot be removed from vault kv-sell-mail-dev before 2025-01-08T00:00:00Z/,
    );
    await setCredential(stack, {});
    assert.match((await stack.up()).stdout, /Add `movedFrom: kv-sell-mail-eu` to the credential/);
    await setCredential(stack, { vault: NEW, movedFrom: OLD });

    // A rotation meanwhile, whose engine dies when it has published in the new vault, and not yet in the old one.
    await timeline.advance(51 * DAY_MS);
    await killedAt(stack, "azure-native/keyvault/Secret/mailman");
    assert.deepEqual([generation(stack, NEW), generation(stack, OLD)], ["2", "1"]);
    assert.equal(keysInEntra(stack).length, 2);
    // Whoever has read the old vault until now has the overlap from now on, not from then.
    await timeline.advance(9 * DAY_MS);
    succeeded(await keyturn(stack, ["up", "--quiet"]));
    assert.deepEqual([generation(stack, NEW), generation(stack, OLD)], ["2", "2"]);
    assert.equal(secretIn(stack, OLD)?.value, secretIn(stack, NEW)?.value);
    assert.equal(keysInEntra(stack).length, 2);
    await unchanged(stack);
    await timeline.advance(8 * DAY_MS);
    await stack.mustUp();
    assert.equal(keysInEntra(stack).length, 1);

    // The old vault is given up.
    await setCredential(stack, { vault: NEW });
    const over = await previewed(stack);
    assert.equal(over.what, "moved");
    assert.match(over.reason, /^no longer published in kv-sell-mail-dev/);
    await stack.mustUp();
    assert.equal(secretIn(stack, OLD), undefined);
    assert.equal(generation(stack, NEW), "2");
    assert.deepEqual(await readersIn(stack), { [NEW]: 1 });
    assert.equal((await stack.credentials())[NAME]?.movedFrom, undefined);
    await unchanged(stack);

    // What nobody rotates any more is announced by the new vault too.
    const { expiresAt = "" } = (await stack.credentials())[NAME]?.current ?? {};
    const nearMs = (parseInstant(expiresAt) ?? 0) - 30 * DAY_MS;
    await timeline.advanceTo(nearMs + 1000);
    const { outbox } = stack.sandbox.store.state.events;
    assert.ok(
      outbox.some(({ text }) => /Secret mailman in vault kv-sell-mail-eu .* is about to expire/.test(text)),
    );

    const destroyed = await stack.run(["destroy", "--yes", "--skip-preview"]);
    assert.equal(destroyed.exitCode, 0, destroyed.stdout);
    assert.deepEqual(keysInEntra(stack), []);
  });
});

function setCredential(stack: KeyturnStack, over: Record<string, unknown>): Promise<void> {
  const value = JSON.stringify([{ ...mailman, ...over }, other]);
  return stack.stack.setConfig("keyturn:credentials", { value });
}

/** The current version of the secret as a vault has it. */
function secretIn({ sandbox }: KeyturnStack, vault: string) {
  return sandbox.store.state.keyVault.vaults[vault]?.secrets[NAME]?.versions.at(-1);
}

function generation(stack: KeyturnStack, vault: string): string | undefined {
  return secretIn(stack, vault)?.tags.generation;
}

function keysInEntra({ sandbox }: KeyturnStack): string[] {
  return Object.values(sandbox.store.state.entra.applications)
    .filter(({ displayName }) => displayName === mailman.application.displayName)
    .flatMap(({ passwordCredentials }) => passwordCredentials.map(({ keyId }) => keyId));
}

interface ExportedResource {
  urn: string;
  type: string;
  custom?: boolean;
  inputs?: Record<string, unknown>;
}

async function exported(stack: KeyturnStack): Promise<ExportedResource[]> {
  const { stdout } = succeeded(await stack.run(["stack", "export"]));
  return (JSON.parse(stdout) as { deployment: { resources: ExportedResource[] } }).deployment.resources;
}

/** Every resource, with its name in Azure; ids that the sandbox draws are left out. */
async function resources(stack: KeyturnStack): Promise<string[]> {
  return (await exported(stack))
    .filter(({ custom, type }) => custom === true && !type.startsWith("pulumi:"))
    .map(({ urn, type, inputs = {} }) => {
      const name = azureName(inputs);
      return `${type.replace(/^[a-z-]+:/, "")} ${urn.split("::").at(-1)}${name === "" ? "" : ` = ${name}`}`;
    })
    .toSorted();
}

function azureName(inputs: Record<string, unknown>): string {
  const text = (name: string) => (typeof inputs[name] === "string" ? String(inputs[name]) : "");
  if (text("secretName") !== "") return `${text("vaultName")}/${text("secretName")}`;
  if (text("roleAssignmentName") !== "") return "1";
  const last = ["eventSubscriptionName", "systemTopicName", "workspaceName", "actionGroupName", "ruleName"];
  return (
    [...last, "vaultName", "resourceName", "name", "resourceGroupName"]
      .map(text)
      .find((each) => each !== "") ?? ""
  );
}

/** How many may read the secret, by vault. */
async function readersIn(stack: KeyturnStack): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { type, inputs = {} } of await exported(stack)) {
    const vault = /\/vaults\/([^/]+)\/secrets\/mailman$/.exec(String(inputs.scope ?? ""))?.[1];
    if (type !== "azure-native:authorization:RoleAssignment" || vault === undefined) continue;
    counts[vault] = (counts[vault] ?? 0) + 1;
  }
  return counts;
}

async function unchanged(stack: KeyturnStack): Promise<void> {
  const preview = await stack.preview(["--expect-no-changes"]);
  assert.equal(preview.exitCode, 0, preview.stdout);
}

/** What `keyturn preview` says of the credential; it must not speak of a broken consumer. */
async function previewed(stack: KeyturnStack): Promise<{ what: string; reason: string }> {
  const { stdout, exitCode } = await keyturn(stack, ["preview", "--json", "--no-policy"]);
  assert.equal(exitCode, 0, stdout);
  const { credentials } = JSON.parse(stdout) as {
    credentials: { name: string; what: string; reason: string }[];
  };
  const found = credentials.find(({ name }) => name === NAME);
  assert.ok(found);
  return found;
}

/** Runs an update and kills it before it can change that resource. */
async function killedAt(stack: KeyturnStack, path: string): Promise<void> {
  const { faults } = stack.sandbox;
  await faults.add({ match: { face: "provider", path }, when: { kind: "always" }, effect: { kind: "hang" } });
  const kill = new AbortController();
  const running = keyturn(stack, ["up", "--quiet"], { signal: kill.signal });
  while (faults.fired().length === 0) await sleep(10);
  kill.abort();
  await running;
  await faults.clear();
}
