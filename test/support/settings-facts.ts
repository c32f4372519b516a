import assert from "node:assert/strict";
import { parseSettings, SettingsError } from "../../infra/settings/load.ts";
import type { Settings } from "../../infra/settings/schema.ts";

/** Settings as they stand in a stack's file, for tests that change one thing of them. */

export const ID = "11111111-1111-4111-8111-111111111111";
export const OTHER_ID = "22222222-2222-4222-8222-222222222222";

export function rawCredential(over: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: "mailman", application: { displayName: "Mailman" }, ...over };
}

export function rawSettings(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    tenantId: ID,
    team: { name: "Sell", groupId: ID },
    region: "westeurope",
    vault: { name: "kv-sell", resourceGroup: "rg-sell" },
    rotation: { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "5 days" },
    credentials: [rawCredential()],
    alerts: {
      runbooks: "https://example.com/runbooks",
      receivers: [{ name: "pager", webhook: "https://pager.example.com/hook" }],
    },
    ...over,
  };
}

export function settings(over: Record<string, unknown> = {}): Settings {
  return parseSettings(rawSettings(over));
}

/** Everything that is wrong with the settings, as `path: message`. */
export function problems(over: Record<string, unknown>): string[] {
  try {
    settings(over);
    return [];
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.violations.map(({ path, message }) => `${path}: ${message}`);
  }
}
