import type { ArmResource } from "../arm/state.ts";
import { isoSeconds } from "../iso-time.ts";
import type { Secret, SecretVersion, Vault } from "../keyvault/state.ts";
import type { State } from "../state.ts";
import { notify } from "./action-group.ts";
import { type Alert, alertId, recordAlert } from "./alert.ts";
import { deterministicId } from "./deterministic-id.ts";
import { passes } from "./event-filter.ts";
import { type EventSubscription, eventSubscriptions } from "./event-subscription.ts";
import { inSchema, type KeyVaultEvent, keyVaultEvent } from "./key-vault-event.ts";
import { addToOutbox } from "./outbox.ts";
import type { EventsState } from "./state.ts";
import { isOnThisMachine } from "./webhook-delivery.ts";

/** A vault's secrets, with what of it lives in the control plane. */
export interface WatchedVault {
  vault: Vault;
  resource: ArmResource | undefined;
}

/** The vault that a subscription watches, if it is there. */
export function vaultOf(state: State, { vaultKey }: EventSubscription): WatchedVault | undefined {
  const vault = Object.values(state.keyVault.vaults).find(
    ({ resourceId }) => resourceId.toLowerCase() === vaultKey,
  );
  return vault === undefined ? undefined : { vault, resource: state.arm.resources[vaultKey] };
}

export function versionKey(secretName: string, { version }: SecretVersion): string {
  return `${secretName.toLowerCase()}/${version}`;
}

/**
 * What follows at once from a change, in Event Grid: subscriptions come and go, and new secret versions are
 * announced to those that were there before.
 */
export function followChange(before: State, after: State, events: EventsState): void {
  const subscriptions = eventSubscriptions(after);
  const { subscriptions: memories } = events;
  const { nowMs } = after.clock;
  for (const subscription of subscriptions) {
    const watched = vaultOf(after, subscription);
    if (watched === undefined || memories[subscription.key] === undefined) continue;
    for (const [secret, version] of newVersions(before, watched.vault)) {
      const type = "Microsoft.KeyVault.SecretNewVersionCreated" as const;
      const event = keyVaultEvent({ type, ...watched, secretName: secret.name, version, atMs: nowMs });
      publish(after, events, subscription, event);
    }
  }
  for (const subscription of subscriptions) {
    memories[subscription.key] ??= {
      olderVersions: currentVersions(vaultOf(after, subscription)?.vault),
      announced: {},
      endpoint: null,
    };
  }
  const known = new Set(subscriptions.map(({ key }) => key));
  for (const key of Object.keys(memories)) if (!known.has(key)) delete memories[key];
}

/** The versions that came into being with the last change: not those that came back from a deletion. */
function newVersions(before: State, vault: Vault): [Secret, SecretVersion][] {
  const key = vault.name.toLowerCase();
  const old = before.keyVault.vaults[key] ?? before.keyVault.deletedVaults[key]?.vault;
  const found: [Secret, SecretVersion][] = [];
  for (const [name, secret] of Object.entries(vault.secrets)) {
    if (secret === old?.secrets[name]) continue;
    const known = new Set(
      [...(old?.secrets[name]?.versions ?? []), ...(old?.deletedSecrets[name]?.versions ?? [])].map(
        ({ version }) => version,
      ),
    );
    for (const version of secret.versions) if (!known.has(version.version)) found.push([secret, version]);
  }
  return found;
}

function currentVersions(vault: Vault | undefined): string[] {
  if (vault === undefined) return [];
  return [...Object.values(vault.secrets), ...Object.values(vault.deletedSecrets)].flatMap((secret) => {
    const version = secret.versions.at(-1);
    return version === undefined ? [] : [versionKey(secret.name, version)];
  });
}

/** Gives an event to one subscription, if its filter lets it through; notes in `events` what follows. */
export function publish(
  state: State,
  events: EventsState,
  subscription: EventSubscription,
  event: KeyVaultEvent,
): void {
  const { destination, expiresMs, filter } = subscription;
  if ((expiresMs !== null && event.atMs > expiresMs) || !passes(event, filter)) return;
  switch (destination.kind) {
    case "alert": {
      const alert = alertOf(state, subscription, destination, event);
      recordAlert(events, alert);
      notify(state, events, alert, destination.actionGroups);
      return;
    }
    case "webhook":
      sendToWebhook(events, subscription, destination.url, event);
      return;
    case "elsewhere":
      addToOutbox(events, {
        ...{ atMs: event.atMs, via: "event grid", what: event.type, text: sentenceOf(event) },
        who: `${destination.endpointType} ${destination.resourceId}`,
        ...{ alert: null, actionGroup: null, outcome: "not posted" },
      });
  }
}

function alertOf(
  { arm }: State,
  { name }: EventSubscription,
  { severity, description }: { severity: string; description: string },
  event: KeyVaultEvent,
): Alert {
  const text = sentenceOf(event);
  return {
    id: alertId(arm.subscriptionId, deterministicId("alert", name, event.id)),
    rule: name,
    severity,
    condition: "Fired",
    signal: "Event",
    target: event.source,
    description,
    firedMs: event.atMs,
    atMs: event.atMs,
    text: description === "" ? text : `${description}\n${text}`,
    context: inSchema(event, "CloudEventSchemaV1_0"),
  };
}

function sendToWebhook(
  events: EventsState,
  subscription: EventSubscription,
  url: string,
  event: KeyVaultEvent,
): void {
  const post = isOnThisMachine(url);
  const outboxId = addToOutbox(events, {
    ...{ atMs: event.atMs, via: "event grid webhook", what: event.type, text: sentenceOf(event) },
    who: baseOf(url),
    ...{ alert: null, actionGroup: null, outcome: post ? "pending" : "not posted" },
  });
  if (!post) return;
  const body = inSchema(event, subscription.schema);
  const cloudEvents = subscription.schema === "CloudEventSchemaV1_0";
  events.deliveries.push({
    outboxId,
    service: "event-grid",
    subscription: subscription.key,
    url,
    contentType: cloudEvents
      ? "application/cloudevents+json; charset=utf-8"
      : "application/json; charset=utf-8",
    body: JSON.stringify(cloudEvents ? body : [body]),
    attempts: 0,
    firstMs: event.atMs,
    dueMs: event.atMs,
    maxAttempts: subscription.maxDeliveryAttempts,
    timeToLiveMs: subscription.timeToLiveMs,
  });
}

/** A webhook's URL without its query, which may be a key: what Azure returns as `endpointBaseUrl`. */
function baseOf(url: string): string {
  return url.replace(/\?.*$/s, "");
}

/** The event in words. */
function sentenceOf({ type, subject, data }: KeyVaultEvent): string {
  const expiry = data.EXP === null ? "no expiry" : `expiry ${isoSeconds(data.EXP * 1000)}`;
  const where = `Secret ${subject} in vault ${data.VaultName} (version ${data.Version}, ${expiry})`;
  switch (type) {
    case "Microsoft.KeyVault.SecretNewVersionCreated":
      return `${where} has a new version.`;
    case "Microsoft.KeyVault.SecretNearExpiry":
      return `${where} is about to expire.`;
    case "Microsoft.KeyVault.SecretExpired":
      return `${where} has expired.`;
  }
}
