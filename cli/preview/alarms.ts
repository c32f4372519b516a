import type { PlanReport } from "../../infra/plan-report.ts";
import { partsOfName } from "../../infra/vault/placement.ts";
import type { Step } from "./events.ts";
import { rightsInPlace } from "./rights-in-place.ts";

/** Something that would break a consumer and that no plan asks for. */
export interface Alarm {
  /** The credential, where it is about one. */
  credential: string | undefined;
  what: string;
}

const PUBLISHED_SECRET = "keyturn:vault:PublishedSecret";
const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const VAULT_SECRET = "azure-native:keyvault:Secret";
const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";

const APPLICATION = "azuread:index/application:Application";
const SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal";

/** What nobody can do without, and what it means to lose it. */
const VITAL: Readonly<Record<string, readonly [name: string, means: string]>> = {
  [APPLICATION]: ["the application", "its client id and all its secrets stop working at once"],
  [SERVICE_PRINCIPAL]: ["the application's service principal", "it gets no more tokens, and consent is lost"],
  "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential": [
    "a federated credential",
    "the workload that signs in with it gets no more tokens",
  ],
  "azure-native:resources:ResourceGroup": [
    "the resource group",
    "everything in it goes with it, the vault too",
  ],
  "azure-native:keyvault:Vault": ["the vault", "consumers can no longer read their secrets"],
  [VAULT_SECRET]: ["the published secret", "consumers can no longer read it"],
};

/** Every step that would break somebody. Pure. */
export function alarmsOf(steps: readonly Step[], plans: readonly PlanReport[]): Alarm[] {
  const isGone = ({ operation }: Step) => operation === "delete" || operation === "replace";
  const lost = new Set(
    steps.filter((step) => step.type === APPLICATION && isGone(step)).map((step) => credentialOf(step)),
  );
  return steps.flatMap((step) => {
    // It goes with its application, of which people are told.
    const goesAlong = [PASSWORD, SERVICE_PRINCIPAL].includes(step.type) && isGone(step);
    const what = goesAlong && lost.has(credentialOf(step)) ? undefined : alarmOf(step, plans);
    const narrowed = rightsInPlace(step).flatMap(({ breaks }) => breaks ?? []);
    return [...(what === undefined ? [] : [what]), ...narrowed].map((each) => ({
      credential: credentialOf(step),
      what: each,
    }));
  });
}

/** The name of the credential that a resource belongs to. */
export function credentialOf({
  type,
  name,
  parent,
}: Pick<Step, "type" | "name" | "parent">): string | undefined {
  const isOurs = (each: string) =>
    each === PUBLISHED_SECRET || /^keyturn:credential:\w+Credential$/.test(each);
  if (isOurs(type)) return partsOfName(name).name;
  return parent !== undefined && isOurs(parent.type) ? partsOfName(parent.name).name : undefined;
}

function alarmOf(step: Step, plans: readonly PlanReport[]): string | undefined {
  const plan = plans.find(({ name }) => name === credentialOf(step));
  const { type, operation } = step;
  if (isIntendedMove(step, plan)) return undefined;
  if (type === VAULT_SECRET && operation === "update") {
    const isNewValue = step.changed.some((path) => path === "properties.value");
    return isNewValue && plan?.publish === undefined && !isWrittenAgain(step, plan)
      ? "the published value changes although no rotation is planned"
      : undefined;
  }
  if (operation !== "delete" && operation !== "replace") return undefined;
  const gone = `${operation}d`;
  if (type === PASSWORD) return passwordAlarm(step, gone, plan);
  if (type === ROLE_ASSIGNMENT && step.parent?.type === PUBLISHED_SECRET) {
    return `the right of ${readerOf(step)} to read the secret is ${gone}`;
  }
  const vital = VITAL[type];
  return vital === undefined ? undefined : `${vital[0]} ${step.name} is ${gone}: ${vital[1]}`;
}

/** In the vault that a credential is moved from, a secret is brought up to date, and given up when that is asked for. */
export function isIntendedMove(
  { type, operation, parent }: Pick<Step, "type" | "operation" | "parent">,
  plan: PlanReport | undefined,
): boolean {
  const { move } = plan ?? {};
  if (move === undefined || parent?.type !== PUBLISHED_SECRET || parent.name !== move.oldName) return false;
  if (type === VAULT_SECRET && operation === "update") return move.state === "goes on";
  return (
    (type === VAULT_SECRET || type === ROLE_ASSIGNMENT) && operation === "delete" && move.state === "ends"
  );
}

/** Whether a step publishes what is published: an update died before it could write that down. */
export function isWrittenAgain({ after }: Step, plan: PlanReport | undefined): boolean {
  const { tags } = after;
  const keyId = typeof tags === "object" && tags !== null ? (tags as { keyId?: unknown }).keyId : undefined;
  return keyId !== undefined && keyId === plan?.current?.keyId;
}

function passwordAlarm(step: Step, gone: string, plan: PlanReport | undefined): string | undefined {
  const keyId = step.id?.split("/").at(-1);
  const because = step.changed.length === 0 ? "" : ` (because of ${step.changed.join(", ")})`;
  if (plan === undefined) return `a secret (${step.name}) is ${gone}${because}, and no plan asks for it`;
  const { current, previous, publish, retiredGeneration } = plan;
  if (keyId !== undefined && keyId === current?.keyId) {
    return `the PUBLISHED secret, generation ${current.generation} in slot ${current.slot}, is ${gone}${because}: whoever uses it fails at once`;
  }
  if (keyId !== undefined && keyId === previous?.keyId) {
    const isPlanned = retiredGeneration === previous.generation || publish?.slot === previous.slot;
    return isPlanned
      ? undefined
      : `the previous secret, generation ${previous.generation}, is ${gone}${because}; it was promised until ${previous.retireAfter}`;
  }
  return undefined;
}

/** The consumer that an assignment below a published secret is for. */
export function readerOf({ name, parent }: Pick<Step, "name" | "parent">): string {
  const prefix = `${parent?.name ?? ""}-`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}
