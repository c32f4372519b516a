import { DAY_MS, formatDuration, parseDuration } from "../duration.ts";
import { formatInstant, parseInstant } from "../instant.ts";

/** One of the two places in which a credential's secret can live. */
export type Slot = "a" | "b";

export function otherSlot(slot: Slot): Slot {
  return slot === "a" ? "b" : "a";
}

/** A secret as it is known without its value. */
export interface SecretRecord {
  slot: Slot;
  /** Counts the credential's secrets: 1, 2, 3 … */
  generation: number;
  /** Entra's id of the secret. */
  keyId: string;
  createdAtMs: number;
  expiresAtMs: number;
}

/** The secret that was published before. */
export interface PreviousSecret extends SecretRecord {
  /** When its successor was planned. */
  replacedAtMs: number;
  /** Until when its users are promised that it works; not after `replacedAtMs` if they are promised nothing. */
  retireAfterMs: number;
}

/** What Key Vault says of a credential: the tags of the published version. */
export interface Published {
  credential: string;
  clientId: string;
  current: SecretRecord;
  /** From when on the current secret is to be replaced. Fixed when it was published. */
  rotateAfterMs: number;
  splayDays: number;
  /** How long whoever reads this version is promised that it works. Fixed when it was published. */
  overlapMs: number;
  previous: PreviousSecret | undefined;
  /** The id of the last request that was carried out. */
  request: string | undefined;
}

/**
 * The tags, as text. Key Vault takes at most 15 tags of 256 characters
 * (https://learn.microsoft.com/azure/key-vault/secrets/about-secrets#secret-tags), and this is all of them: the
 * previous secret's slot is left out, since it is the other one.
 */
export type PublishedTags = Record<string, string>;

/** Writes down where a rotation stands. The exact inverse of `parsePublished`. */
export function publishedTags(published: Published): PublishedTags {
  const { current, previous } = published;
  const tags: PublishedTags = {
    credential: published.credential,
    clientId: published.clientId,
    slot: current.slot,
    generation: String(current.generation),
    keyId: current.keyId,
    createdAt: formatInstant(current.createdAtMs),
    expiresAt: formatInstant(current.expiresAtMs),
    rotateAfter: formatInstant(published.rotateAfterMs),
    splayDays: String(published.splayDays),
    overlap: formatDuration(published.overlapMs),
  };
  if (previous !== undefined) {
    tags.previousGeneration = String(previous.generation);
    tags.previousKeyId = previous.keyId;
    tags.previousDates = [previous.createdAtMs, previous.expiresAtMs, previous.replacedAtMs]
      .map(formatInstant)
      .join("/");
    tags.retireAfter = formatInstant(previous.retireAfterMs);
  }
  if (published.request !== undefined) tags.request = published.request;
  return tags;
}

/** The tags do not describe a credential: somebody edited them, or they are not ours. */
export class TagsError extends Error {
  override readonly name = "TagsError";
}

/**
 * Reads the tags of the published version.
 * @param expiresAtMs the version's own `exp`, which must be the same as the tags say.
 * @throws TagsError naming every tag that is missing, malformed or contradicts another.
 */
export function parsePublished(
  credential: string,
  tags: PublishedTags,
  expiresAtMs: number | undefined,
): Published {
  const problems: string[] = [];
  const read = <T>(name: string, parse: (text: string) => T | undefined, form: string): T | undefined => {
    const text = tags[name];
    if (text === undefined) {
      problems.push(`tag ${name} is missing`);
      return undefined;
    }
    const value = parse(text);
    if (value === undefined) problems.push(`tag ${name} is "${text.slice(0, 60)}" instead of ${form}`);
    return value;
  };
  const slot = (name: string) =>
    read(name, (text) => (text === "a" || text === "b" ? text : undefined), "a or b");
  const count = (name: string, min: number) =>
    read(
      name,
      (text) => (/^\d{1,9}$/.test(text) && Number(text) >= min ? Number(text) : undefined),
      `a number from ${min}`,
    );
  const guid = (name: string) => read(name, (text) => (GUID.test(text) ? text : undefined), "a GUID");
  const instant = (name: string) => read(name, parseInstant, "a moment such as 2026-11-24T02:00:00Z");

  const owner = read("credential", (text) => text, "a name");
  if (owner !== undefined && owner !== credential)
    problems.push(`tag credential is "${owner}" instead of "${credential}"`);
  const clientId = guid("clientId");
  const current = record(
    slot("slot"),
    count("generation", 1),
    guid("keyId"),
    instant("createdAt"),
    instant("expiresAt"),
  );
  const rotateAfterMs = instant("rotateAfter");
  const splayDays = count("splayDays", 0);
  const overlapMs = read("overlap", parseDuration, 'a duration such as "7 days"');
  if (current !== undefined && current.expiresAtMs <= current.createdAtMs) {
    problems.push("tag expiresAt is not after tag createdAt");
  }
  if (current !== undefined && expiresAtMs !== undefined && current.expiresAtMs !== expiresAtMs) {
    problems.push(
      `tag expiresAt (${formatInstant(current.expiresAtMs)}) differs from the version's expiry (${formatInstant(expiresAtMs)})`,
    );
  }
  let previous: Published["previous"];
  if (PREVIOUS_TAGS.some((name) => tags[name] !== undefined)) {
    const dates = read("previousDates", parseDates, "three moments with slashes between them");
    const retireAfterMs = instant("retireAfter");
    const secret = record(
      current === undefined ? undefined : otherSlot(current.slot),
      count("previousGeneration", 1),
      guid("previousKeyId"),
      dates?.[0],
      dates?.[1],
    );
    if (secret !== undefined && dates !== undefined && retireAfterMs !== undefined) {
      previous = { ...secret, replacedAtMs: dates[2], retireAfterMs };
    }
    if (secret !== undefined && secret.generation === current?.generation) {
      problems.push("tags generation and previousGeneration are the same");
    }
  }
  if (
    problems.length > 0 ||
    clientId === undefined ||
    current === undefined ||
    rotateAfterMs === undefined ||
    splayDays === undefined ||
    overlapMs === undefined
  ) {
    throw new TagsError(`the tags of the published secret are inconsistent: ${problems.join("; ")}`);
  }
  return {
    credential,
    clientId,
    current,
    rotateAfterMs,
    splayDays,
    overlapMs,
    previous,
    request: tags.request,
  };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PREVIOUS_TAGS = ["previousGeneration", "previousKeyId", "previousDates", "retireAfter"];

/** When a previous secret was made, when it expires, and when it was replaced. */
function parseDates(text: string): [number, number, number] | undefined {
  const [created, expires, replaced, ...rest] = text.split("/").map(parseInstant);
  const isWhole = created !== undefined && expires !== undefined && replaced !== undefined;
  return isWhole && rest.length === 0 ? [created, expires, replaced] : undefined;
}

function record(
  slot: Slot | undefined,
  generation: number | undefined,
  keyId: string | undefined,
  createdAtMs: number | undefined,
  expiresAtMs: number | undefined,
): SecretRecord | undefined {
  return slot === undefined ||
    generation === undefined ||
    keyId === undefined ||
    createdAtMs === undefined ||
    expiresAtMs === undefined
    ? undefined
    : { slot, generation, keyId, createdAtMs, expiresAtMs };
}

/**
 * Where the vault and the stack's memory tell different things; undefined if nowhere. Neither ever changes what it
 * says of a generation, save that one whose key was deleted by hand is made again with another key; nor what it
 * says of a publication.
 */
export function contradiction(published: Published, known: Published): string | undefined {
  for (const ours of [known.current, known.previous]) {
    for (const theirs of [published.current, published.previous]) {
      if (ours === undefined || theirs === undefined) continue;
      if (ours.generation !== theirs.generation && ours.keyId !== theirs.keyId) continue;
      const differing = RECORD_FIELDS.filter((field) => ours[field] !== theirs[field]);
      if (differing.length > 0) {
        return `generation ${theirs.generation} in the tags and generation ${ours.generation} as it was published differ in ${differing.join(", ")}`;
      }
    }
  }
  if (!isSamePublication(published, known)) return undefined;
  const [read, remembered] = [publishedTags(published), publishedTags(known)];
  const differing = TERM_TAGS.filter((name) => read[name] !== remembered[name]);
  return differing.length === 0
    ? undefined
    : `the tags of generation ${known.current.generation} and what was published differ in ${differing.join(", ")}`;
}

const RECORD_FIELDS = ["generation", "slot", "createdAtMs", "expiresAtMs"] as const;
/** What is written down with a publication, besides its secrets. */
const TERM_TAGS = ["clientId", "rotateAfter", "splayDays", "overlap", "retireAfter"] as const;

/** A generation is published again by a rollback: with another one before it, or at another time. */
function isSamePublication(published: Published, known: Published): boolean {
  return (
    published.current.generation === known.current.generation &&
    published.previous?.generation === known.previous?.generation &&
    published.previous?.replacedAtMs === known.previous?.replacedAtMs
  );
}

/** From when on a secret is due for rotation. */
export function rotateAfterMs(createdAtMs: number, periodMs: number, splayDays: number): number {
  return createdAtMs + periodMs + splayDays * DAY_MS;
}
