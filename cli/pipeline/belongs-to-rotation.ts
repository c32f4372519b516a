import { parseSecretDisplayName } from "../../infra/credential/secret-name.ts";
import { parseInstant } from "../../infra/instant.ts";
import type { PlanReport } from "../../infra/plan-report.ts";
import { credentialOf, isIntendedMove, isWrittenAgain } from "../preview/alarms.ts";
import type { Step } from "../preview/events.ts";

const TRIGGER = "random:index/randomUuid:RandomUuid";
const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const VAULT_SECRET = "azure-native:keyvault:Secret";
const ROTATING_CREDENTIAL = "keyturn:credential:RotatingCredential";
const PUBLISHED_SECRET = "keyturn:vault:PublishedSecret";

/** Actions that time alone leads to. The rest is somebody's decision: a new credential, a revocation. */
const UNATTENDED_ACTIONS: ReadonlySet<string> = new Set([
  "rotate",
  "rollback",
  "retire",
  "wait",
  "hold",
  "keep",
]);

/** Inputs of a new secret that differ from those of the secret before it in its slot. */
const PASSWORD_INPUTS = /^(displayName|endDate|rotateWhenChanged(\..+)?)$/;
/** What a new version of the published secret consists of; not its name, vault or content type. */
const VERSION_INPUTS = /^(properties\.value|properties\.attributes(\..+)?|tags([.[].+)?)$/;

/**
 * Whether a step is part of a rotation that is due, and so may be taken unattended: the trigger and the secret of the
 * generation that is to be published, the published version, and the deletion of secrets that are promised to nobody.
 * Every other creation, change and deletion is not. Pure.
 * @param nowMs by the directory's clock.
 */
export function belongsToRotation(step: Step, plans: readonly PlanReport[], nowMs: number): boolean {
  if (step.operation === "same" || isGrouping(step)) return true;
  const plan = plans.find(({ name }) => name === credentialOf(step));
  if (plan === undefined || plan.stopped !== undefined || !UNATTENDED_ACTIONS.has(plan.action)) return false;
  switch (step.type) {
    case TRIGGER:
      return step.parent?.type === ROTATING_CREDENTIAL && isTriggerOfRotation(step, plan, nowMs);
    case PASSWORD:
      return step.parent?.type === ROTATING_CREDENTIAL && isPasswordOfRotation(step, plan, nowMs);
    case VAULT_SECRET:
      return step.parent?.type === PUBLISHED_SECRET && isVersionOfRotation(step, plan);
    default:
      return false;
  }
}

/** The stack and our components only group what is judged by itself. */
function isGrouping({ type }: Step): boolean {
  return type.startsWith("keyturn:") || type === "pulumi:pulumi:Stack";
}

function isTriggerOfRotation({ operation, name }: Step, plan: PlanReport, nowMs: number): boolean {
  const isOf = (secret: { slot: string; generation: number } | undefined) =>
    secret !== undefined && name.startsWith(`${plan.name}-${secret.slot}-${secret.generation}-`);
  switch (operation) {
    case "create":
      return isNewSecret(plan) && isOf(plan.publish);
    case "delete":
      // The published secret is remembered by its trigger.
      return !isOf(plan.current) && (!isOf(plan.previous) || isPromiseOver(plan, nowMs));
    default:
      return false;
  }
}

function isVersionOfRotation(step: Step, plan: PlanReport): boolean {
  const { operation, changed } = step;
  const isVersion =
    operation === "update" && changed.length > 0 && changed.every((path) => VERSION_INPUTS.test(path));
  // An update that died right after the publication is finished by writing the same version again.
  const isFinished = changed.includes("properties.value") && isWrittenAgain(step, plan);
  return isVersion && (plan.publish !== undefined || isFinished || isIntendedMove(step, plan));
}

function isPasswordOfRotation(step: Step, plan: PlanReport, nowMs: number): boolean {
  const { operation, id, changed } = step;
  switch (operation) {
    case "create":
      return isNewSecret(plan) && isNamedAsPlanned(step, plan);
    case "replace":
      return (
        isNewSecret(plan) &&
        isNamedAsPlanned(step, plan) &&
        changed.every((path) => PASSWORD_INPUTS.test(path)) &&
        isPromisedToNobody(id, plan, nowMs)
      );
    case "delete":
      return isPromisedToNobody(id, plan, nowMs);
    default:
      return false;
  }
}

/** Whether the plan makes a secret; a rollback publishes one that exists. */
function isNewSecret({ action, publish }: PlanReport): boolean {
  return action === "rotate" && publish !== undefined;
}

function isNamedAsPlanned({ after }: Step, { name, publish }: PlanReport): boolean {
  const named = parseSecretDisplayName(String(after.displayName ?? ""));
  return (
    named !== undefined &&
    named.credential === name &&
    named.slot === publish?.slot &&
    named.generation === publish.generation
  );
}

/** Whether a secret is neither published nor still promised to those who read it before. */
function isPromisedToNobody(id: string | undefined, plan: PlanReport, nowMs: number): boolean {
  const keyId = id?.split("/").at(-1);
  // A secret that cannot be told from the published one is taken for it.
  if (keyId === undefined || keyId === "" || keyId === plan.current?.keyId) return false;
  return keyId !== plan.previous?.keyId || isPromiseOver(plan, nowMs);
}

function isPromiseOver({ previous }: PlanReport, nowMs: number): boolean {
  const endMs = previous === undefined ? undefined : parseInstant(previous.retireAfter);
  return endMs !== undefined && nowMs >= endMs;
}
