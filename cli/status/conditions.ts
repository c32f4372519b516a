import type { CredentialOutput } from "../../infra/credential-output.ts";
import { DAY_MS } from "../../infra/duration.ts";
import { formatInstant } from "../../infra/instant.ts";
import type { PlannedCredential } from "../../infra/plan-credentials.ts";
import { dueAtMs, heldUntilMs, safeDateMs } from "../../infra/rotation/dates.ts";
import { UPDATE_INTERVAL_MS } from "../../infra/rotation/policy.ts";

/** One thing that should be true of a credential, whether it is, and why. Types are only ever added. */
export interface Condition {
  type: "Published" | "Valid" | "Working" | "OnTime" | "OldSecretGone" | "Settled";
  isTrue: boolean;
  /** It is false, and somebody has to look after it: that the secret before is still alive is as it should be. */
  needsAttention: boolean;
  reason: string;
}

/** The dates that a credential's life follows; null where there is none. */
export interface LifeDates {
  notBefore: string | null;
  notAfter: string | null;
  /** From when on the next rotation is due. */
  renewalTime: string | null;
  /** The last moment at which a rotation leaves all consumers the whole overlap. */
  safeUntil: string | null;
  /** Until when the settings hold the rotation back. */
  heldUntil: string | null;
}

/** How late an update may be before that is worth a word: daily ones, one of which may fail. */
const LATE_MS = 2 * UPDATE_INTERVAL_MS;

/** What is true of a credential, from what the last update left. */
export function conditionsOf(
  { current, previous, broken, failure, pending, refusals, stopped, federated }: CredentialOutput,
  dates: LifeDates,
  nowMs: number,
): Condition[] {
  if (federated !== undefined && current === undefined) {
    return [
      condition(
        "Working",
        true,
        `no secret: ${federated.map(({ name }) => name).join(", ")} prove who they are`,
      ),
    ];
  }
  const conditions: Condition[] = [
    current === undefined
      ? condition("Published", false, "nothing has been published yet")
      : condition("Published", true, `generation ${current.generation} in slot ${current.slot}`),
  ];
  if (current !== undefined) {
    const leftMs = Date.parse(current.expiresAt) - nowMs;
    conditions.push(
      leftMs > 0
        ? condition("Valid", true, `until ${current.expiresAt}, ${daysText(leftMs)}`)
        : condition("Valid", false, `expired on ${current.expiresAt} (docs/runbooks/expired-secret.md)`),
      broken === undefined
        ? condition("Working", true, "got tokens when the last update tried it")
        : broken.kind === "rejected"
          ? condition("Working", false, `${broken.reason} (docs/runbooks/expired-secret.md)`)
          : condition(
              "Working",
              false,
              `could not be verified: ${broken.reason} (docs/runbooks/unverified-secret.md)`,
            ),
      onTime(dates, nowMs),
    );
  }
  if (previous !== undefined) {
    const isOver = Date.parse(previous.retireAfter) + LATE_MS <= nowMs;
    const { generation, slot, retireAfter } = previous;
    conditions.push({
      type: "OldSecretGone",
      isTrue: false,
      needsAttention: isOver,
      reason: isOver
        ? `generation ${generation} was to be deleted on ${retireAfter}: no update has done it`
        : `generation ${generation} in slot ${slot} works until it is deleted on ${retireAfter}`,
    });
  } else if (current !== undefined) {
    conditions.push(condition("OldSecretGone", true, "one secret is alive"));
  }
  const unsettled = [
    ...(failure === undefined
      ? []
      : [
          `generation ${failure.generation} failed verification ${times(failure.attempts)}, last on ${failure.lastAttemptAt}: ${failure.reason}`,
        ]),
    ...(pending === undefined
      ? []
      : [`${pending.action} was asked for and is not done yet: ${pending.reason} (${pending.id})`]),
    ...(refusals ?? []),
    ...(stopped === undefined ? [] : [stopped]),
  ];
  conditions.push(
    unsettled.length === 0
      ? condition("Settled", true, "the last update did all that was asked for")
      : condition("Settled", false, unsettled.join("; ")),
  );
  return conditions;
}

/** The dates of a credential: what is written down with the published secret, and what the settings make of it. */
export function lifeDatesOf(
  { current, nextRotationAt }: CredentialOutput,
  planned?: PlannedCredential,
): LifeDates {
  const published = planned?.published;
  const { hold } = planned?.settings ?? {};
  return {
    notBefore: current?.createdAt ?? null,
    notAfter: current?.expiresAt ?? null,
    renewalTime:
      planned === undefined || published === undefined
        ? (nextRotationAt ?? null)
        : formatInstant(dueAtMs(published, planned.policy)),
    safeUntil:
      planned === undefined || published === undefined
        ? null
        : formatInstant(safeDateMs(published, planned.policy)),
    heldUntil:
      planned === undefined || published === undefined || hold === undefined
        ? null
        : formatInstant(heldUntilMs({ ...hold, untilMs: hold.until }, published, planned.policy)),
  };
}

function onTime({ renewalTime, heldUntil }: LifeDates, nowMs: number): Condition {
  if (renewalTime === null) return condition("OnTime", true, "no rotation is due");
  if (heldUntil !== null && Date.parse(heldUntil) > nowMs) {
    return condition("OnTime", true, `held until ${heldUntil}; due on ${renewalTime}`);
  }
  return Date.parse(renewalTime) + LATE_MS > nowMs
    ? condition("OnTime", true, `the next rotation is due on ${renewalTime}`)
    : condition(
        "OnTime",
        false,
        `the rotation has been due since ${renewalTime} (docs/runbooks/failed-rotation.md)`,
      );
}

function condition(type: Condition["type"], isTrue: boolean, reason: string): Condition {
  return { type, isTrue, needsAttention: !isTrue, reason };
}

function daysText(ms: number): string {
  const days = Math.floor(ms / DAY_MS);
  return days === 1 ? "1 day" : `${days} days`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times in a row`;
}
