import { z } from "zod";
import { assignmentsFor } from "../arm/rbac.ts";
import { resourceKey } from "../arm/resource-id.ts";
import type { ArmResource } from "../arm/state.ts";
import type { State } from "../state.ts";
import { type Alert, commonSchema, subjectOf } from "./alert.ts";
import { addToOutbox } from "./outbox.ts";
import type { EventsState, OutboxChannel } from "./state.ts";
import { isOnThisMachine } from "./webhook-delivery.ts";

const list = <Form extends z.ZodType>(form: Form) => z.array(form).nullish();
const text = z.string().nullish();
const telephone = z.object({ countryCode: text, phoneNumber: text });

/** An action group's properties, as Azure Resource Manager has them. */
const actionGroupForm = z.object({
  groupShortName: text,
  enabled: z.boolean().nullish(),
  emailReceivers: list(z.object({ emailAddress: text })),
  smsReceivers: list(telephone),
  voiceReceivers: list(telephone),
  azureAppPushReceivers: list(z.object({ emailAddress: text })),
  armRoleReceivers: list(z.object({ roleId: text })),
  webhookReceivers: list(z.object({ serviceUri: text })),
  azureFunctionReceivers: list(z.object({ functionName: text, httpTriggerUrl: text })),
  logicAppReceivers: list(z.object({ resourceId: text, callbackUrl: text })),
  automationRunbookReceivers: list(z.object({ runbookName: text, serviceUri: text })),
  eventHubReceivers: list(z.object({ eventHubNameSpace: text, eventHubName: text })),
  itsmReceivers: list(z.object({ connectionId: text })),
  incidentReceivers: list(z.object({ connection: z.object({ name: text }).nullish() })),
});

type ActionGroup = z.output<typeof actionGroupForm>;

/** Somebody or something that an action group tells. */
interface Receiver {
  via: OutboxChannel;
  who: string;
  /** Where to post it, for services that are called. */
  url?: string;
}

/** Tells everybody in these action groups about an alert, by way of the outbox in `events`. */
export function notify(
  state: State,
  events: EventsState,
  alert: Alert,
  actionGroupIds: readonly string[],
): void {
  for (const id of actionGroupIds) {
    const resource = state.arm.resources[resourceKey(id)];
    if (resource === undefined) continue;
    const group = actionGroupForm.parse(resource.properties);
    if (group.enabled === false) continue;
    for (const receiver of receiversOf(state, group)) tell(events, alert, resource, group, receiver);
  }
}

/** The receivers, in the order in which the portal shows them. Exact duplicates are told once. */
function receiversOf(state: State, group: ActionGroup): Receiver[] {
  const receivers: Receiver[] = [
    ...(group.emailReceivers ?? []).map((each) => person("email", each.emailAddress)),
    ...(group.armRoleReceivers ?? []).flatMap((each) => peopleInRole(state, each.roleId ?? "")),
    ...(group.smsReceivers ?? []).map((each) => person("sms", telephoneNumber(each))),
    ...(group.voiceReceivers ?? []).map((each) => person("voice", telephoneNumber(each))),
    ...(group.azureAppPushReceivers ?? []).map((each) => person("push", each.emailAddress)),
    ...(group.webhookReceivers ?? []).map((each) => called("webhook", each.serviceUri, each.serviceUri)),
    ...(group.azureFunctionReceivers ?? []).map((each) =>
      called("function", each.functionName, each.httpTriggerUrl),
    ),
    ...(group.logicAppReceivers ?? []).map((each) => called("logic app", each.resourceId, each.callbackUrl)),
    ...(group.automationRunbookReceivers ?? []).map((each) =>
      called("runbook", each.runbookName, each.serviceUri),
    ),
    ...(group.eventHubReceivers ?? []).map((each) =>
      person("event hub", `${each.eventHubNameSpace}/${each.eventHubName}`),
    ),
    ...(group.itsmReceivers ?? []).map((each) => person("itsm", each.connectionId)),
    ...(group.incidentReceivers ?? []).map((each) => person("incident", each.connection?.name)),
  ];
  const told = new Set<string>();
  return receivers.filter(({ via, who }) => {
    const key = `${via} ${who}`;
    return !told.has(key) && told.add(key);
  });
}

function person(via: OutboxChannel, who: string | null | undefined): Receiver {
  return { via, who: who ?? "" };
}

function called(
  via: OutboxChannel,
  who: string | null | undefined,
  url: string | null | undefined,
): Receiver {
  return { via, who: withoutSecrets(who ?? ""), url: url ?? "" };
}

/** A URL may hold an access key in its query or a password before its host: neither is anybody's business. */
function withoutSecrets(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.username = "";
  url.password = "";
  url.search = "";
  return url.href;
}

function telephoneNumber(receiver: z.output<typeof telephone>): string {
  return `+${receiver.countryCode} ${receiver.phoneNumber}`;
}

/**
 * Users with an address who hold the role at the subscription, directly or through a group.
 * @see https://learn.microsoft.com/azure/azure-monitor/alerts/action-groups#email-azure-resource-manager
 */
function peopleInRole(state: State, roleId: string): Receiver[] {
  const scope = `/subscriptions/${state.arm.subscriptionId}`;
  const wanted = roleId.split("/").at(-1)?.toLowerCase();
  return Object.values(state.entra.users).flatMap(({ id, mail }) => {
    const holds = assignmentsFor(state, id, scope).some(
      ({ properties }) => String(properties.roleDefinitionId).split("/").at(-1)?.toLowerCase() === wanted,
    );
    return holds && mail !== null ? [person("role email", mail)] : [];
  });
}

function tell(
  events: EventsState,
  alert: Alert,
  resource: ArmResource,
  group: ActionGroup,
  receiver: Receiver,
): void {
  const { id, rule, severity, condition, target } = alert;
  const { via, who, url } = receiver;
  const subject = subjectOf(alert);
  const post = url !== undefined && isOnThisMachine(url);
  const outboxId = addToOutbox(events, {
    atMs: alert.atMs,
    who,
    via,
    what: subject,
    text: via === "sms" || via === "voice" ? `${group.groupShortName}: ${subject}` : alert.text,
    alert: { id, rule, severity, condition, target },
    actionGroup: resource.name,
    outcome: post ? "pending" : isPerson(via) ? "delivered" : "not posted",
  });
  if (!post) return;
  events.deliveries.push({
    outboxId,
    service: "action-group",
    subscription: null,
    url,
    contentType: "application/json; charset=utf-8",
    body: JSON.stringify(commonSchema(alert)),
    attempts: 0,
    firstMs: alert.atMs,
    dueMs: alert.atMs,
    maxAttempts: null,
    timeToLiveMs: null,
  });
}

function isPerson(via: OutboxChannel): boolean {
  return ["email", "role email", "sms", "voice", "push"].includes(via);
}
