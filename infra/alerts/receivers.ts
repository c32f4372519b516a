import * as pulumi from "@pulumi/pulumi";
import type { ReceiverSettings } from "../settings/schema.ts";
import type { Severity } from "./severity.ts";

/** An action group's receivers, as Azure has them. */
export interface ActionGroupReceivers {
  emailReceivers: { name: string; emailAddress: string; useCommonAlertSchema: true }[];
  smsReceivers: { name: string; countryCode: string; phoneNumber: string }[];
  webhookReceivers: { name: string; serviceUri: pulumi.Output<string>; useCommonAlertSchema: true }[];
}

/** Who is told about alerts of a severity; undefined: nobody is. */
export function receiversOf(
  receivers: readonly ReceiverSettings[],
  severity: Severity,
): ActionGroupReceivers | undefined {
  const told = receivers.filter(({ severities }) => severities.includes(severity));
  if (told.length === 0) return undefined;
  return {
    emailReceivers: told.flatMap(({ name, email }) =>
      email === undefined ? [] : [{ name, emailAddress: email, useCommonAlertSchema: true as const }],
    ),
    smsReceivers: told.flatMap(({ name, sms }) =>
      sms === undefined ? [] : [{ name, countryCode: sms.countryCode, phoneNumber: sms.phone }],
    ),
    // A webhook's address often is its own password, so it is kept out of diffs and the checkpoint.
    webhookReceivers: told.flatMap(({ name, webhook }) =>
      webhook === undefined
        ? []
        : [{ name, serviceUri: pulumi.secret(webhook), useCommonAlertSchema: true as const }],
    ),
  };
}
