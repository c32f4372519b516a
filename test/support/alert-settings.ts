import { DAY_MS, MINUTE_MS } from "../../infra/duration.ts";
import type { AlertSettings, Settings } from "../../infra/settings/schema.ts";

/** Settings of the alerts as the schema fills them in, with a receiver of each kind. */
export function alertSettings(over: Partial<AlertSettings> = {}): AlertSettings {
  return {
    receivers: [
      { name: "pager", webhook: "https://pager.example.com/?key=1", severities: ["critical", "warning"] },
      { name: "phone", sms: { countryCode: "49", phone: "1701234567" }, severities: ["critical"] },
      { name: "mail", email: "on-call@example.com", severities: ["critical", "warning", "info"] },
    ],
    runbooks: "https://example.com/runbooks",
    runInterval: DAY_MS,
    signInLogs: false,
    retention: 90 * DAY_MS,
    ...over,
  };
}

/** How new secrets are proved by default. */
export const VERIFICATION: Settings["verification"] = {
  successes: 3,
  pause: 1_000,
  window: 5 * MINUTE_MS,
};
