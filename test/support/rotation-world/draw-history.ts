import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../infra/duration.ts";
import { type Chance, seededChance } from "./chance.ts";
import { drawPolicy } from "./draw-policy.ts";
import type { Asked, Change, Fault, Gap, History, Refusal, Sabotage, Step } from "./history.ts";

/** Updates run at most this far apart in a steady history: daily, at a minute that is left to chance. */
const STEADY_GAP_MS = 25 * HOUR_MS;

/** The history that belongs to a seed. */
export function drawHistory(seed: number, steps: number): History {
  const chance = seededChance(seed);
  const steady = chance.happens(40);
  const credentials = Array.from({ length: drawCredentials(chance) }, () => ({
    policy: drawPolicy(chance),
    consumers: chance.integer(1, 3),
  }));
  const mood: Mood = {
    sabotage: !steady && chance.happens(15),
    troubled: chance.pick([0, 5, 15, 40]),
    command: chance.pick(["keyturn", "keyturn", "pulumi", "either"]),
  };
  const history: History = { seed, steady, credentials, steps: [] };
  const asked: Asked[] = [];
  let refusals: { left: number; refusal: Refusal } | undefined;
  let spoilt = false;
  for (let index = 0; index < steps; index++) {
    if (refusals === undefined && chance.happens(mood.troubled / 5)) {
      refusals = {
        left: steady ? 1 : chance.pick([1, 2, 5, 20]),
        refusal: drawRefusal(chance, credentials.length),
      };
    }
    const mayFail = !(steady && spoilt);
    const step = drawStep(chance, history, mood, asked, mayFail);
    if (refusals !== undefined && mayFail) {
      step.refusals = [refusals.refusal];
      refusals.left--;
      if (refusals.left === 0) refusals = undefined;
    }
    spoilt = isSpoilt(step);
    history.steps.push(step);
  }
  return history;
}

/** Mostly few, since every one of them costs time; now and then a stack of many. */
function drawCredentials(chance: Chance): number {
  return chance.happens(3) ? chance.integer(4, 8) : chance.pick([1, 1, 1, 2, 3]);
}

interface Mood {
  sabotage: boolean;
  /** How many of a hundred updates something happens to. */
  troubled: number;
  command: Step["command"] | "either";
}

/** Whether an update may come to nothing. In a steady history the next one then must not. */
export function isSpoilt({ fault, refusals, behindMs, aheadMs, suspendMs, sabotage }: Step): boolean {
  return [fault, refusals, behindMs, aheadMs, suspendMs, sabotage].some((each) => each !== undefined);
}

/** Whether updates keep running in what is left of a steady history. */
export function isSteady({ steps }: History): boolean {
  return steps.every((step, index) => !isSpoilt(step) || index === 0 || !isSpoilt(steps[index - 1] ?? step));
}

function drawStep(chance: Chance, history: History, mood: Mood, asked: Asked[], mayFail: boolean): Step {
  const { steady } = history;
  const credentials = history.credentials.length;
  const step: Step = {
    seed: chance.integer(1, 2 ** 31 - 1),
    gap: steady ? drawSteadyGap(chance) : drawGap(chance, credentials),
    command: mood.command === "either" ? chance.pick(["keyturn", "pulumi"]) : mood.command,
  };
  if (chance.happens(6)) step.changes = [drawChange(chance, credentials, asked)];
  if (chance.happens(5)) {
    step.asks = [{ credential: chance.integer(0, credentials - 1), request: drawAsked(chance, asked) }];
  }
  if (!mayFail) return step;
  if (chance.happens(mood.troubled)) step.fault = drawFault(chance);
  if (chance.happens(8)) {
    const jump = chance.pick<"behindMs" | "aheadMs">(["behindMs", "aheadMs"]);
    step[jump] = drawTime(chance, steady ? 400 : 4_000);
  }
  if (chance.happens(3)) step.suspendMs = drawTime(chance, steady ? 0.25 : 5);
  if (mood.sabotage && chance.happens(8)) step.sabotage = drawSabotage(chance, credentials);
  return step;
}

/** From seconds to so many days, the short ones as likely as the long ones. */
function drawTime(chance: Chance, mostDays: number): number {
  const mostMs = mostDays * DAY_MS;
  return Math.floor(1000 * (mostMs / 1000) ** chance.fraction());
}

function drawSteadyGap(chance: Chance): Gap {
  const offsetMs = chance.pick([-1000, 0, 1000, 0, 0, 0]);
  return chance.happens(75)
    ? { kind: "next", offsetMs: chance.happens(40) ? offsetMs : chance.integer(0, STEADY_GAP_MS) }
    : { kind: "after", ms: chance.pick([20_000, 40_000, 5 * HOUR_MS, STEADY_GAP_MS, STEADY_GAP_MS]) };
}

function drawGap(chance: Chance, credentials: number): Gap {
  if (chance.happens(45)) {
    const offsetMs = chance.happens(50) ? chance.pick([-1000, 0, 1000]) : chance.integer(0, 3 * DAY_MS);
    return { kind: "next", offsetMs };
  }
  if (chance.happens(25)) {
    return {
      kind: "date",
      credential: chance.integer(0, credentials - 1),
      of: chance.pick(["due", "expiry", "retirement", "previous expiry", "creation"]),
      offsetMs: chance.pick([-DAY_MS, -1000, 0, 1000, DAY_MS]),
    };
  }
  const ms = chance.pick([
    20_000,
    5 * MINUTE_MS,
    3 * HOUR_MS,
    DAY_MS,
    DAY_MS,
    8 * DAY_MS,
    40 * DAY_MS,
    1_000 * DAY_MS,
  ]);
  return { kind: "after", ms: ms + chance.integer(0, ms) };
}

function drawChange(chance: Chance, credentials: number, asked: Asked[]): Change {
  const credential = chance.integer(0, credentials - 1);
  switch (chance.integer(0, 3)) {
    case 0:
      return { credential, kind: "policy", policy: drawPolicy(chance) };
    case 1:
      return { credential, kind: "request", request: drawAsked(chance, asked) };
    case 2:
      return { credential, kind: "hold", forMs: chance.happens(30) ? null : drawTime(chance, 200) };
    default:
      return { credential, kind: "request", request: null };
  }
}

/** A request: at times one that was made before. */
function drawAsked(chance: Chance, asked: Asked[]): Asked {
  const [first, ...rest] = asked;
  if (first !== undefined && chance.happens(20)) return chance.pick([first, ...rest]);
  const request: Asked = {
    id: `request-${asked.length + 1}`,
    action: chance.pick(["rotate", "rotate", "rollback", "retire", "revoke"]),
  };
  asked.push(request);
  return request;
}

function drawRefusal(chance: Chance, credentials: number): Refusal {
  return {
    credential: chance.integer(0, credentials - 1),
    role: chance.pick(["candidate", "candidate", "current"]),
    kind: chance.pick(["rejected", "unavailable"]),
  };
}

function drawFault(chance: Chance): Fault {
  return {
    at: chance.happens(70) ? chance.integer(0, 6) : chance.integer(0, 25),
    kind: chance.pick(["killed before", "killed after", "fails", "answer lost"]),
  };
}

function drawSabotage(chance: Chance, credentials: number): Sabotage {
  const credential = chance.integer(0, credentials - 1);
  return chance.pick<Sabotage>([
    { kind: "key deleted", credential, which: "current", noticed: chance.happens(50) },
    { kind: "key deleted", credential, which: "previous", noticed: chance.happens(50) },
    { kind: "vault unreadable" },
    { kind: "secret missing", credential },
    { kind: "older version", credential },
  ]);
}
