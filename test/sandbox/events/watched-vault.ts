import type { Draft } from "immer";
import type { ArmResource } from "../../../sandbox/arm/state.ts";
import { WatchedStore } from "../../../sandbox/host/watched-store.ts";
import { isoSeconds } from "../../../sandbox/iso-time.ts";
import { type SetSecretArgs, setSecret } from "../../../sandbox/keyvault/secrets.ts";
import { createVault } from "../../../sandbox/keyvault/vaults.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import { initialState, type State } from "../../../sandbox/state.ts";
import { MemoryStore } from "../../../sandbox/store.ts";
import { settle } from "../../../sandbox/timeline/settle.ts";
import { Timeline } from "../../../sandbox/timeline/timeline.ts";

export const NOON_MS = Date.UTC(2025, 0, 1, 12);
export const DAY_MS = 24 * 60 * 60 * 1000;
export const SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-00000000000a";
const GROUP = `${SUBSCRIPTION}/resourceGroups/rg`;
export const VAULT_ID = `${GROUP}/providers/Microsoft.KeyVault/vaults/kv-mail`;
export const TOPIC_ID = `${GROUP}/providers/Microsoft.EventGrid/systemTopics/topic`;
export const TEAM_ID = `${GROUP}/providers/Microsoft.Insights/actionGroups/team`;

/** What a program has declared: a vault, its system topic and an action group that mails and texts. */
export interface WatchedVault {
  store: WatchedStore;
  timeline: Timeline;
  /** Writes a resource, as the control plane would. */
  put(
    id: string,
    type: string,
    properties: Record<string, unknown>,
    hidden?: Record<string, unknown>,
  ): Promise<void>;
  remove(id: string): Promise<void>;
  /** Subscribes to the vault's events. */
  subscribe(name: string, properties: Record<string, unknown>): Promise<void>;
  setSecret(args: Omit<SetSecretArgs, "vaultName" | "value">): Promise<string>;
  /** `when via who what`, for each message. */
  told(): string[];
}

/** A subscription's destination: an alert for the team. */
export const TO_TEAM = {
  endpointType: "MonitorAlert",
  properties: { severity: "Sev1", actionGroups: [TEAM_ID], description: "Runbook: rotate" },
};

export function secondsOf(ms: number): number {
  return Math.floor(ms / 1000);
}

export async function watchedVault(nowMs = NOON_MS): Promise<WatchedVault> {
  const state = initialState({ nowMs, tenantId: "tenant", subscriptionId: SUBSCRIPTION.split("/")[2] ?? "" });
  const store = new WatchedStore(new MemoryStore(state), settle);
  const randomness = seededRandomness("events");
  const put: WatchedVault["put"] = async (id, type, properties, hidden = {}) => {
    await store.update((draft) => putResource(draft, id, { type, properties, hidden }));
  };
  await store.update((draft) => void createVault(draft, { name: "kv-mail", resourceId: VAULT_ID }));
  await put(VAULT_ID, "Microsoft.KeyVault/vaults", { vaultUri: "https://kv-mail.vault.localhost:1/" });
  await put(TOPIC_ID, "Microsoft.EventGrid/systemTopics", {
    source: VAULT_ID,
    topicType: "Microsoft.KeyVault.vaults",
  });
  await put(TEAM_ID, "Microsoft.Insights/actionGroups", {
    groupShortName: "team",
    enabled: true,
    emailReceivers: [{ name: "mail", emailAddress: "sell@example.com" }],
    smsReceivers: [{ name: "sms", countryCode: "49", phoneNumber: "151" }],
  });
  return {
    store,
    timeline: new Timeline(store),
    put,
    remove: async (id) => {
      await store.update((draft) => void delete draft.arm.resources[id.toLowerCase()]);
    },
    subscribe: (name, properties) =>
      put(`${TOPIC_ID}/eventSubscriptions/${name}`, "Microsoft.EventGrid/systemTopics/eventSubscriptions", {
        eventDeliverySchema: "CloudEventSchemaV1_0",
        ...properties,
      }),
    setSecret: (args) =>
      store.update((draft) => {
        const context = { nowMs: draft.clock.nowMs, randomness };
        return setSecret(draft, { vaultName: "kv-mail", value: "v", ...args }, context).version;
      }),
    told: () => store.state.events.outbox.map(({ when, via, who, what }) => `${when} ${via} ${who} ${what}`),
  };
}

function putResource(
  draft: Draft<State>,
  id: string,
  { type, properties, hidden }: Pick<ArmResource, "type" | "properties" | "hidden">,
): void {
  const now = isoSeconds(draft.clock.nowMs);
  const before = draft.arm.resources[id.toLowerCase()];
  draft.arm.resources[id.toLowerCase()] = {
    ...{
      id,
      type,
      name: id.split("/").at(-1) ?? "",
      location: "global",
      tags: {},
      properties,
      extra: {},
      hidden,
    },
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
  };
}
