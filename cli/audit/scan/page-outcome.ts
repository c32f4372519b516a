import type { Finding } from "../findings/finding.ts";
import type { KeyDates } from "../model.ts";
import type { JudgedPage } from "./judge-page.ts";

/** Everything that is kept of one page, as plain JSON: the entities themselves are let go. */
export interface PageOutcome {
  /** Object ids of entities not seen before. */
  objectIds: string[];
  credentials: number;
  /** Entries that are nothing like what was asked for. */
  unreadable: number;
  findings: Finding[];
  /** Client ids of disabled service principals. */
  disabledAppIds: string[];
  /** Keys that the vaults or the stack refer to, with their dates. */
  keys: [keyId: string, dates: KeyDates][];
  /** Applications that the stack manages, by object id. */
  managedApplications: string[];
  /**
   * How many credentials end on which day (days since 1970) of the calendar, with the names of some of their
   * applications.
   */
  expiries: [day: number, credentials: number, names: string[]][];
}

/**
 * What is kept of a page.
 * @param isFirst notes an entity, and tells whether no page had it before.
 */
export function firstOnly(page: JudgedPage, isFirst: (objectId: string) => boolean): PageOutcome {
  const kept: PageOutcome = {
    objectIds: [],
    credentials: 0,
    unreadable: page.unreadable,
    findings: [],
    disabledAppIds: [],
    keys: [],
    managedApplications: [],
    expiries: [],
  };
  const isKept = page.objectIds.map(isFirst);
  for (const [place, objectId] of page.objectIds.entries()) {
    if (isKept[place] !== true) continue;
    kept.objectIds.push(objectId);
    kept.credentials += page.credentials[place] ?? 0;
  }
  for (const [place, { findings, disabledAppId, keys, isManaged }] of page.outcomes) {
    if (isKept[place] !== true) continue;
    for (const finding of findings) kept.findings.push(finding);
    if (disabledAppId !== undefined) kept.disabledAppIds.push(disabledAppId);
    for (const key of keys) kept.keys.push(key);
    if (isManaged) kept.managedApplications.push(page.objectIds[place] ?? "");
  }
  const counts = new Map<number, number>();
  for (let at = 0; at < page.ends.length; at += 2) {
    const [place = 0, day = 0] = [page.ends[at], page.ends[at + 1]];
    if (isKept[place] === true) counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  for (const [day, credentials] of counts) {
    kept.expiries.push([day, credentials, page.names.get(day) ?? []]);
  }
  return kept;
}

/** Of so many applications whose credentials end on one day the calendar keeps the names. */
const NAMES_A_DAY = 5;

/** Keeps `name` if it is new, and one of the first. */
export function addDayName(names: string[], name: string): void {
  if (names.length < NAMES_A_DAY && !names.includes(name)) names.push(name);
}
