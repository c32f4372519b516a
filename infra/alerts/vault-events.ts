import type { AlertSettings } from "../settings/schema.ts";
import type { Severity } from "./severity.ts";

/** An alert that an event of the vault raises. */
export interface VaultEventAlert {
  /** Ends the resource's name, and is its name in Azure, under which people see the alert. */
  suffix: string;
  /** https://learn.microsoft.com/azure/event-grid/event-schema-key-vault */
  eventType: string;
  severity: Severity;
  description: string;
}

/** What is said when a published secret nears its end, and when it has reached it. */
export function expiryAlerts({ runbooks }: Pick<AlertSettings, "runbooks">): VaultEventAlert[] {
  return [
    {
      suffix: "secret-near-expiry",
      eventType: "Microsoft.KeyVault.SecretNearExpiry",
      severity: "warning",
      description:
        "A managed secret ends in 30 days. It should have been rotated long before: rotation is broken or held. " +
        `What to do: ${runbooks}/failed-rotation.md`,
    },
    {
      suffix: "secret-expired",
      eventType: "Microsoft.KeyVault.SecretExpired",
      severity: "critical",
      description:
        "A managed secret has ended and was not replaced: its services get no tokens any more. " +
        `What to do: ${runbooks}/expired-secret.md`,
    },
  ];
}
