import type { Draft } from "immer";
import { createVault } from "../../../sandbox/keyvault/vaults.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import { initialState, type State } from "../../../sandbox/state.ts";
import { applied } from "../../../sandbox/store.ts";

export const NOW_MS = Date.parse("2025-02-14T11:30:00Z");
export const DAY_MS = 24 * 60 * 60 * 1000;
export const TENANT_ID = "11111111-2222-4333-8444-555555555555";
export const SUBSCRIPTION_ID = "99999999-8888-4777-8666-555555555555";
export const VAULT_ID = `/subscriptions/${SUBSCRIPTION_ID}/resourceGroups/sell/providers/Microsoft.KeyVault/vaults/Sell-Vault`;

/** A sandbox with one vault, `Sell-Vault`, and the means to change it step by step. */
export function vaultFixture(properties: Record<string, unknown> = {}) {
  let state: State = initialState({ nowMs: NOW_MS, tenantId: TENANT_ID, subscriptionId: SUBSCRIPTION_ID });
  const randomness = seededRandomness(1);
  const change = <T>(operation: (draft: Draft<State>) => T): T => {
    const next = applied(state, operation);
    state = next.state;
    return next.result;
  };
  change((draft) => {
    draft.arm.resources[VAULT_ID.toLowerCase()] = {
      id: VAULT_ID,
      type: "Microsoft.KeyVault/vaults",
      name: "Sell-Vault",
      location: "westeurope",
      tags: {},
      properties: { enableRbacAuthorization: true, softDeleteRetentionInDays: 90, ...properties },
      extra: {},
      hidden: {},
      createdAt: "2025-02-14T11:30:00Z",
      updatedAt: "2025-02-14T11:30:00Z",
    };
    createVault(draft, { name: "Sell-Vault", resourceId: VAULT_ID });
  });
  return {
    get state() {
      return state;
    },
    change,
    at: (nowMs = NOW_MS) => ({ nowMs, randomness }),
  };
}
