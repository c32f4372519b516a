import type { KeyDates } from "../model.ts";
import type { JudgedPage } from "./judge-page.ts";

/** Everything that is kept of one page, as plain JSON: the entities themselves are let go. */
export interface PageOutcome {
  /** Object ids of entities not seen before. */
  objectIds: string[];
  credentials: number;
  /** Entries that are nothing like what was asked for. */
  unreadable: number;
  /** Of each entity that has some, as JSON. */
  findings: string[];
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
 * What is kept of a page. With plain loops: whatever is made for each entity or credential, an iterator's pair or a
 * list of two, is made a million times in a big tenant.
 * @param isFirst notes an entity, and tells whether no page had it before.
 */
export function firstOnly(page: JudgedPage, isFirst: (objectId: string) => boolean): PageOutcome {
  const isKept = page.objectIds.map(isFirst);
  const kept: PageOutcome = {
    objectIds: page.objectIds.filter((_, place) => isKept[place]),
    credentials: 0,
    unreadable: page.unreadable,
    findings: [],
    disabledAppIds: [],
    keys: [],
    managedApplications: [],
    expiries: [],
  };
  for (let place = 0; place < isKept.length; place++) {
    if (isKept[place] === true) kept.credentials += page.credentials[place] ?? 0;
  }
  for (const { place, findings, disabledAppId, keys, isManaged } of page.outcomes) {
    if (isKept[place] !== true) continue;
    if (findings !== undefined) kept.findings.push(findings);
    if (disabledAppId !== undefined) kept.disabledAppIds.push(disabledAppId);
    for (const key of keys) kept.keys.push(key);
    if (isManaged) kept.managedApplications.push(page.objectIds[place] ?? "");
  }
  for (const { day, places, names } of page.ends) {
    let credentials = 0;
    for (let at = 0; at < places.length; at++) if (isKept[places[at] ?? 0] === true) credentials++;
    if (credentials > 0) kept.expiries.push([day, credentials, names]);
  }
  return kept;
}

/** Of so many applications whose credentials end on one day the calendar keeps the names. */
const NAMES_A_DAY = 5;

/** Keeps `name` if it is new, and one of the first. */
export function addDayName(names: string[], name: string): void {
  if (names.length < NAMES_A_DAY && !names.includes(name)) names.push(name);
}
