import { formatInstant } from "../../infra/instant.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";
import { emptyMemory, type Memory } from "../../infra/rotation/memory.ts";
import { decideOutcome, type Outcome } from "../../infra/rotation/outcome.ts";
import type { Action, Plan } from "../../infra/rotation/plan-types.ts";
import { UPDATE_INTERVAL_MS } from "../../infra/rotation/policy.ts";
import type { Published } from "../../infra/rotation/published.ts";

/** Something that will happen to a credential's secret. */
export interface ForecastAction {
  /** ISO 8601: of the update that does it, or of the moment itself. */
  at: string;
  action: Extract<Action, "create" | "rotate" | "revoke" | "rollback" | "retire"> | "publish" | "expire";
  slot: string;
  generation: number;
  reason: string;
}

export interface ForecastArgs {
  memory: Memory | undefined;
  /** What an update at that moment would do, if the stack remembered this. */
  plan: (memory: Memory, nowMs: number) => PlannedCredential;
  nowMs: number;
  /** Until then, that moment included. */
  untilMs: number;
}

/** Two further updates follow a revocation at once: see `infra/follow-up.ts`. */
const MOST_UPDATES_AT_ONCE = 3;

/**
 * What will happen to a credential if an update runs every day from now on, and every secret proves to work. Pure: the
 * same plan and the same outcome as in a real update, played forward. A credential that has no splay yet gets none: its
 * first rotation may be later by the stack's `splay`.
 */
export function forecast({ memory = emptyMemory, plan, nowMs, untilMs }: ForecastArgs): ForecastAction[] {
  const actions: ForecastAction[] = [];
  let remembered = memory;
  let seenUntilMs = nowMs - 1;
  let updates = 0;
  for (let atMs = nowMs; atMs <= untilMs; ) {
    actions.push(...expiryIn(remembered.published, seenUntilMs, atMs));
    seenUntilMs = atMs;
    const planned = plan(remembered, atMs);
    actions.push(...actionsOf(planned, atMs));
    const { published, memory: after } = outcomeOf(planned, atMs);
    remembered = { ...after, published };
    updates++;
    if (planned.plan.action === "revoke" && updates < MOST_UPDATES_AT_ONCE) continue;
    updates = 0;
    atMs += UPDATE_INTERVAL_MS * quietDays(planned.plan, atMs);
  }
  actions.push(...expiryIn(remembered.published, seenUntilMs, untilMs));
  return actions;
}

/** How many daily updates pass until there is something to do again: at least one. */
function quietDays({ action, next }: Plan, atMs: number): number {
  const isQuiet = action === "keep" || action === "hold" || action === "wait";
  return isQuiet ? Math.max(1, Math.ceil((next.atMs - atMs) / UPDATE_INTERVAL_MS)) : 1;
}

/** That the published secret expires between two updates, if it does. */
function expiryIn(published: Published | undefined, afterMs: number, untilMs: number): ForecastAction[] {
  if (published === undefined) return [];
  const { slot, generation, expiresAtMs } = published.current;
  if (expiresAtMs <= afterMs || expiresAtMs > untilMs) return [];
  const reason = "its consumers fail from then on, until another one is published";
  return [{ at: formatInstant(expiresAtMs), action: "expire", slot, generation, reason }];
}

function actionsOf({ plan, published, memory }: PlannedCredential, atMs: number): ForecastAction[] {
  const at = formatInstant(atMs);
  const actions: ForecastAction[] = [];
  const { action, publish, reason } = plan;
  if (
    publish !== undefined &&
    (action === "create" || action === "rotate" || action === "revoke" || action === "rollback")
  ) {
    const { slot, generation, expiresAtMs } = publish.secret;
    actions.push(
      { at, action, slot, generation, reason },
      { at, action: "publish", slot, generation, reason: `works until ${formatInstant(expiresAtMs)}` },
    );
  }
  const previous = published?.previous;
  const isRetired = plan.retiredGeneration === previous?.generation;
  if (previous !== undefined && isRetired && memory.retiredGeneration !== previous.generation) {
    const why = action === "retire" ? reason : "its slot is needed";
    actions.unshift({
      at,
      action: "retire",
      slot: previous.slot,
      generation: previous.generation,
      reason: why,
    });
  }
  return actions;
}

/** What the update leaves, if all that it makes works. */
function outcomeOf(
  { settings, policy, plan, published, memory, settingsDigest }: PlannedCredential,
  nowMs: number,
): Outcome {
  const secret = plan.publish?.secret;
  const known = [published?.current, published?.previous].find(
    (each) => each !== undefined && each.generation === secret?.generation,
  );
  const keyId = known?.keyId ?? `generation ${secret?.generation}`;
  const deciding = decideOutcome({
    credential: settings.name,
    clientId: published?.clientId ?? "",
    policy,
    plan,
    published,
    memory,
    settings: settingsDigest,
    nowMs,
    splayDays: published?.splayDays ?? 0,
    records: {
      candidate: secret === undefined ? undefined : { ...secret, keyId },
      current: published?.current,
    },
    candidateMadeAtMs: undefined,
  });
  let step = deciding.next();
  while (step.done !== true) step = deciding.next({ ok: true });
  return step.value;
}

/** A forecast in lines for people. */
export function forecastLines(actions: readonly ForecastAction[]): string[] {
  if (actions.length === 0) return ["  nothing"];
  return actions.map(
    ({ at, action, slot, generation, reason }) =>
      `  ${at}  ${action.padEnd(8)}  generation ${generation} in slot ${slot}: ${reason}`,
  );
}
