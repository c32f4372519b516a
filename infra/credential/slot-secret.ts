import { ApplicationPassword } from "@pulumi/azuread/applicationPassword.js";
import type * as pulumi from "@pulumi/pulumi";
import { RandomUuid } from "@pulumi/random/randomUuid.js";
import { formatInstant } from "../instant.ts";
import type { PlannedSecret } from "../rotation/plan-types.ts";
import { secretDisplayName, triggerName } from "./secret-name.ts";

export interface SlotSecretArgs {
  stack: string;
  credential: string;
  /** `/applications/<object id>`. A change replaces the secret. */
  applicationId: pulumi.Input<string>;
  secret: PlannedSecret;
}

/** A secret in its slot, with the dates that it really has. */
export interface SlotSecret {
  planned: PlannedSecret;
  value: pulumi.Output<string>;
  keyId: pulumi.Output<string>;
  /** Moments as text: when it was planned, when it expires, and when Entra made it by its own clock. */
  createdAt: pulumi.Output<string>;
  expiresAt: pulumi.Output<string>;
  madeAt: pulumi.Output<string | undefined>;
}

/**
 * Declares one slot's secret and the trigger that replaces it.
 *
 * The trigger's keepers are the memory of a secret that is not published yet: written when it is created and
 * ignored ever after, so that the dates of a living secret cannot change, whatever the plan computes later.
 */
export function declareSlotSecret(args: SlotSecretArgs, parent: pulumi.Resource): SlotSecret {
  const { stack, credential, secret } = args;
  const createdAt = formatInstant(secret.createdAtMs);
  const trigger = new RandomUuid(
    triggerName(credential, secret),
    {
      keepers: {
        credential,
        slot: secret.slot,
        generation: String(secret.generation),
        createdAt,
        expiresAt: formatInstant(secret.expiresAtMs),
      },
    },
    { parent, ignoreChanges: ["keepers"] },
  );
  const kept = (name: string) => trigger.keepers.apply((keepers) => keepers?.[name] ?? "");
  const expiresAt = kept("expiresAt");
  const password = new ApplicationPassword(
    `${credential}-${secret.slot}`,
    {
      applicationId: args.applicationId,
      displayName: secretDisplayName(stack, credential, secret),
      endDate: expiresAt,
      rotateWhenChanged: { trigger: trigger.result },
    },
    { parent },
  );
  return {
    planned: secret,
    value: password.value,
    keyId: password.keyId,
    createdAt: kept("createdAt"),
    expiresAt,
    madeAt: password.startDate,
  };
}
