import { createHash } from "node:crypto";
import { DAY_MS } from "../../infra/duration.ts";
import { formatInstant } from "../../infra/instant.ts";
import type { Settings } from "../../infra/settings/schema.ts";
import type { PreviewDocument } from "../preview/document.ts";

type Alarm = PreviewDocument["alarms"][number];

/** An alarm by the name under which it can be accepted. */
export interface NamedAlarm extends Alarm {
  id: string;
}

export interface JudgedAlarms {
  /** What nobody has accepted. */
  open: NamedAlarm[];
  accepted: (NamedAlarm & { reason: string; until: string })[];
  /** Acceptances that count for nothing, and why. */
  void: string[];
}

/** Nothing stays accepted longer than a change takes to be reviewed and deployed. */
const LONGEST_ACCEPTANCE_MS = 30 * DAY_MS;

/**
 * The name of an alarm: of this one alone, so that nothing else is accepted along with it. It begins with a letter,
 * or YAML could take it for a number.
 */
export function alarmId(stack: string, { credential, what }: Alarm): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([stack, credential, what]))
    .digest("hex");
  return `a${digest.slice(0, 11)}`;
}

/**
 * Holds the alarms of a preview against what the stack's settings accept. Pure.
 * @param nowMs by the directory's clock.
 */
export function judgeAlarms(
  stack: string,
  alarms: readonly Alarm[],
  acceptances: Settings["acceptedAlarms"],
  nowMs: number,
): JudgedAlarms {
  const judged: JudgedAlarms = { open: [], accepted: [], void: [] };
  const named = alarms.map((alarm) => ({ ...alarm, id: alarmId(stack, alarm) }));
  const valid = new Map<string, Settings["acceptedAlarms"][number]>();
  for (const acceptance of acceptances) {
    const { alarm, until } = acceptance;
    if (until <= nowMs)
      judged.void.push(`${alarm} was accepted until ${formatInstant(until)}, which is over`);
    else if (until - nowMs > LONGEST_ACCEPTANCE_MS) {
      judged.void.push(`${alarm} is accepted until ${formatInstant(until)}: more than 30 days from now`);
    } else if (!named.some(({ id }) => id === alarm))
      judged.void.push(`${alarm} is no alarm of this preview: remove it`);
    else valid.set(alarm, acceptance);
  }
  for (const alarm of named) {
    const acceptance = valid.get(alarm.id);
    if (acceptance === undefined) judged.open.push(alarm);
    else
      judged.accepted.push({ ...alarm, reason: acceptance.reason, until: formatInstant(acceptance.until) });
  }
  return judged;
}
