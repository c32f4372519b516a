import { createHash } from "node:crypto";
import type { PlanReport } from "../../infra/plan-report.ts";
import { credentialOf } from "../preview/alarms.ts";
import { changesOf, plainText } from "../preview/changes.ts";
import type { Operation, Step } from "../preview/events.ts";
import { safeLongText } from "../safe-long-text.ts";
import { belongsToRotation } from "./belongs-to-rotation.ts";

/** Something that an update would do besides rotations that are due: what people have to have seen. */
export interface Effect {
  operation: Operation;
  type: string;
  name: string;
  credential: string | null;
  changed: string[];
  /** Of the inputs after it; null where they hold moments, which differ from run to run. */
  inputs: string | null;
  /** In words, for people. */
  what: string[];
}

/** Their names and inputs hold the moment at which they were planned. */
const MOMENTARY: ReadonlySet<string> = new Set([
  "random:index/randomUuid:RandomUuid",
  "azuread:index/applicationPassword:ApplicationPassword",
  "azure-native:keyvault:Secret",
]);

/** Everything that an update would do and that is not rotation. Pure. */
export function effectsOf(steps: readonly Step[], plans: readonly PlanReport[], nowMs: number): Effect[] {
  return steps.filter((step) => !belongsToRotation(step, plans, nowMs)).map(effectOf);
}

function effectOf(step: Step): Effect {
  const { operation, type, changed, digest } = step;
  const isMomentary = MOMENTARY.has(type);
  const credential = credentialOf(step);
  // A trigger is called by its day.
  const name = type.endsWith(":RandomUuid") ? `${credential ?? ""} trigger` : step.name;
  const told = changesOf(step).map(({ what }) => safeLongText(what));
  return {
    operation,
    type,
    name,
    credential: credential ?? null,
    changed,
    inputs: isMomentary ? null : digest,
    what: told.length > 0 ? told : [safeLongText(plainText({ type, name, operation, changed: [] }))],
  };
}

/** Whether nothing is told of an effect but that a resource is changed. */
export function isPlainEffect(effect: Effect): boolean {
  return effect.what.length === 1 && effect.what[0] === safeLongText(plainText(effect));
}

/**
 * Tells effects apart: the same for the same effects, whenever they are previewed. Holds no value that could be
 * guessed from it on its own, being made of all of them.
 */
export function effectDigest(stack: string, effects: readonly Effect[]): string {
  const lines = effects
    .map(({ operation, type, name, changed, inputs }) =>
      JSON.stringify([operation, type, name, changed, inputs]),
    )
    .sort();
  const hash = createHash("sha256")
    .update(JSON.stringify([stack, lines]))
    .digest("hex");
  return `sha256:${hash.slice(0, 32)}`;
}
