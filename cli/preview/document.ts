import type { PlanReport } from "../../infra/plan-report.ts";
import { safeLongText } from "../safe-long-text.ts";
import { withoutSecrets } from "../without-secrets.ts";
import { type Alarm, alarmsOf, credentialOf } from "./alarms.ts";
import { alikeGroups, alikeText } from "./alike.ts";
import { type Change, changesOf, plainText, rightsOfNew } from "./changes.ts";
import { type Consequence, consequenceOf } from "./consequence.ts";
import type { PolicyFinding, PreviewEvents, Step } from "./events.ts";
import { moveText } from "./move-text.ts";

/** Version of the JSON document. Fields are only ever added. */
const SCHEMA_VERSION = 1;

export interface CredentialPreview {
  name: string;
  /** `moved`, `created`, `adopted`, `rotated`, `revoked`, `rolled back`, `retired`, `held`, `waiting`, `unchanged`, `changed`, `stopped`, `removed`. */
  what: string;
  reason: string;
  /** The published secret after the update; null where there is none. */
  slot: string | null;
  generation: number | null;
  /** Of the secret published now, and after the update. */
  oldExpiresAt: string | null;
  newExpiresAt: string | null;
  consumers: Consequence & { names: string[] };
  /** What changes beside the secrets. */
  changes: Change[];
  /** What needs a person. */
  problems: string[];
  /** What a changed policy means for the next secret. */
  fromNextRotation: string[];
  next: { action: string; at: string; reason: string } | null;
}

export interface PreviewDocument {
  schemaVersion: number;
  stack: string;
  /** The date that was asked about; null for now. */
  at: string | null;
  /** What would break a consumer and nobody asked for. */
  alarms: { credential: string | null; what: string }[];
  /** Why the preview failed; empty if it did not. */
  errors: string[];
  credentials: CredentialPreview[];
  /** Changes that belong to no credential. */
  changes: Change[];
  policy: PolicyFinding[];
  /** How many of the policy pack's rules were held against something; 0 without a pack. */
  rulesJudged: number;
}

export interface DocumentArgs {
  stack: string;
  at: string | undefined;
  events: PreviewEvents;
  plans: readonly PlanReport[];
}

/** What a preview means for each credential. Pure; every foreign text in it is made harmless here, and freed of secrets. */
export function previewDocument({ stack, at, events, plans }: DocumentArgs): PreviewDocument {
  const { steps } = events;
  const alarms = alarmsOf(steps, plans);
  const names = [
    ...new Set([...plans.map(({ name }) => name), ...steps.flatMap((step) => credentialOf(step) ?? [])]),
  ];
  const credentials = names.sort().map((name) => {
    const ofName = steps.filter((step) => credentialOf(step) === name);
    const plan = plans.find((each) => each.name === name);
    const own = alarms.filter(({ credential }) => credential === name);
    return plan === undefined ? withoutPlan(name, ofName, own) : withPlan(plan, ofName, own);
  });
  const document: PreviewDocument = {
    schemaVersion: SCHEMA_VERSION,
    stack,
    at: at ?? null,
    alarms: alarms.map(({ credential, what }) => ({ credential: credential ?? null, what })),
    errors: events.errors,
    credentials,
    changes: changesTogether(steps.filter((step) => credentialOf(step) === undefined)),
    policy: events.policy,
    rulesJudged: events.rulesJudged,
  };
  return harmless(document) as PreviewDocument;
}

/** Of what belongs to no credential; what is changed alike in one line. */
function changesTogether(steps: readonly Step[]): Change[] {
  const isPlain = (step: Step) => {
    const [only, ...others] = changesOf(step);
    return others.length === 0 && only?.what === plainText(step);
  };
  return alikeGroups(steps, isPlain).flatMap((group) => {
    if (group.length === 1) return group.flatMap(changesOf);
    const [area = "other", ...others] = new Set(group.flatMap(changesOf).map((change) => change.area));
    return [{ area: others.length > 0 ? "other" : area, what: alikeText(group) }];
  });
}

function withPlan(plan: PlanReport, steps: readonly Step[], alarms: readonly Alarm[]): CredentialPreview {
  const { publish, current } = plan;
  const changes = steps.flatMap((step) => (isPartOfPlan(step, plan) ? rightsOfNew(step) : changesOf(step)));
  const published = publish ?? current;
  const what = whatHappens(plan, steps, changes);
  const consequence = consequenceOf(plan, alarms);
  return {
    name: plan.name,
    what,
    reason: plan.stopped ?? (what === "adopted" ? ADOPTED : reasonOf(plan)),
    slot: published?.slot ?? null,
    generation: published?.generation ?? null,
    oldExpiresAt: current?.expiresAt ?? null,
    newExpiresAt: published?.expiresAt ?? null,
    consumers: {
      names: plan.consumers,
      ...consequence,
      ...(what === "adopted" && consequence.keepWorking && { note: "secrets made by hand stay valid" }),
    },
    changes,
    problems: [...plan.refusals, ...(plan.stopped === undefined ? [] : [`left as it is: ${plan.stopped}`])],
    fromNextRotation: plan.fromNextRotation ?? [],
    next: plan.next,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  rotate: "rotated",
  revoke: "revoked",
  rollback: "rolled back",
  retire: "retired",
  wait: "waiting",
  hold: "held",
};

const ADOPTED = "taken over: the application exists, and what people made in it stays as it is";

const APPLICATION = "azuread:index/application:Application";

function whatHappens(plan: PlanReport, steps: readonly Step[], changes: readonly Change[]): string {
  if (plan.stopped !== undefined) return "stopped";
  if (plan.action === "create") {
    const isNew = steps.some(({ type, operation }) => type === APPLICATION && operation === "create");
    return isNew ? "created" : "adopted";
  }
  const otherwise = changes.length > 0 ? "changed" : "unchanged";
  return WORDS[plan.action] ?? (moveText(plan) === undefined ? otherwise : "moved");
}

/** Why; of a move without a rotation, the move alone. */
function reasonOf(plan: PlanReport): string {
  const move = moveText(plan);
  if (move === undefined) return plan.reason;
  return WORDS[plan.action] === undefined ? move : `${plan.reason}; ${move}`;
}

/** Steps that a plan consists of, and that need no word of their own. */
function isPartOfPlan({ type, operation, parent }: Step, plan: PlanReport): boolean {
  const { action, publish } = plan;
  switch (type) {
    case "random:index/randomUuid:RandomUuid":
    case "azuread:index/applicationPassword:ApplicationPassword":
      return true;
    case "azure-native:keyvault:Secret":
      return (
        (publish !== undefined && (operation === "create" || operation === "update")) ||
        moveText(plan) !== undefined
      );
    case "azure-native:authorization:RoleAssignment":
      return false;
    default:
      return action === "create" && operation === "create" && parent !== undefined;
  }
}

/** What a credential that goes has besides what people know it by. */
const GOES_ALONG = new Set([
  "random:index/randomUuid:RandomUuid",
  "random:index/randomInteger:RandomInteger",
  "azuread:index/applicationPassword:ApplicationPassword",
]);

/** A federated credential, or one that is no longer declared. */
function withoutPlan(name: string, steps: readonly Step[], alarms: readonly Alarm[]): CredentialPreview {
  const component = steps.find(({ type }) => type.startsWith("keyturn:credential:"));
  const isFederated = component?.type === "keyturn:credential:FederatedCredential";
  // Where something is protected the engine stops before it says that the component goes.
  const isGone = steps.length > 0 && steps.every(({ operation }) => operation === "delete");
  const changes = steps.filter(({ type }) => !(isGone && GOES_ALONG.has(type))).flatMap(changesOf);
  const isNew = component?.operation === "create";
  return {
    name,
    what: isGone ? "removed" : isNew ? "created" : changes.length > 0 ? "changed" : "unchanged",
    reason: isGone
      ? "no longer declared: what it consists of is deleted"
      : isFederated
        ? "federated: it has no secret, nothing expires"
        : "no plan was made",
    slot: null,
    generation: null,
    oldExpiresAt: null,
    newExpiresAt: null,
    consumers: {
      names: [],
      keepWorking: alarms.length === 0,
      until: null,
      note: alarms.length > 0 ? "see the alarms" : isFederated ? "they sign in with tokens of their own" : "",
    },
    changes,
    problems: [],
    fromNextRotation: [],
    next: null,
  };
}

function harmless(value: unknown): unknown {
  if (typeof value === "string") return safeLongText(withoutSecrets(value));
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(harmless);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, harmless(each)]));
}
