import { DAY_MS } from "../../../infra/duration.ts";
import { entityFindings, federatedFinding, type Judging, ownerlessFinding } from "../findings/entity.ts";
import type { Finding } from "../findings/finding.ts";
import type { CollectionName } from "../graph/collections.ts";
import { readApplication, readServicePrincipal } from "../graph/entities.ts";
import type { DirectoryEntity, KeyDates } from "../model.ts";

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
  /** Creation dates, for parting the collection. */
  createdMs: number[];
}

export interface PageJudging extends Judging {
  /** Keys whose dates somebody wants to know. */
  wantedKeys: ReadonlySet<string>;
  /** Up to when ends are counted by day. */
  calendarEndMs: number;
}

/**
 * Judges the entries of one page.
 * @param isFirst notes an entity, and tells whether it was not seen before: on no other page, and not on this one.
 */
export function judgePage(
  collection: CollectionName,
  items: readonly unknown[],
  judging: PageJudging,
  isFirst: (objectId: string) => boolean,
): PageOutcome {
  const outcome: PageOutcome = {
    objectIds: [],
    credentials: 0,
    unreadable: 0,
    findings: [],
    disabledAppIds: [],
    keys: [],
    managedApplications: [],
    expiries: [],
    createdMs: [],
  };
  const expiries = new Map<number, { credentials: number; names: string[] }>();
  const read = collection === "servicePrincipals" ? readServicePrincipal : readApplication;
  for (const item of items) {
    const entity = read(item);
    if (entity === undefined) {
      outcome.unreadable++;
      continue;
    }
    if (entity.createdMs !== null) outcome.createdMs.push(entity.createdMs);
    if (!isFirst(entity.objectId)) continue;
    outcome.objectIds.push(entity.objectId);
    judgeEntity(collection, entity, judging, outcome, expiries);
  }
  for (const [day, { credentials, names }] of expiries) outcome.expiries.push([day, credentials, names]);
  return outcome;
}

function judgeEntity(
  collection: CollectionName,
  entity: DirectoryEntity,
  judging: PageJudging,
  outcome: PageOutcome,
  expiries: Map<number, { credentials: number; names: string[] }>,
): void {
  if (collection === "ownerless" || collection === "federated") {
    const judge = collection === "ownerless" ? ownerlessFinding : federatedFinding;
    const finding = judge(entity, judging.nowMs);
    if (finding !== undefined) outcome.findings.push(finding);
    return;
  }
  outcome.credentials += entity.credentials.length;
  for (const finding of entityFindings(entity, judging)) outcome.findings.push(finding);
  if (collection === "servicePrincipals" && entity.disabled) outcome.disabledAppIds.push(entity.appId);
  if (judging.managed.byApplication.has(entity.objectId)) outcome.managedApplications.push(entity.objectId);
  for (const { keyId, startMs, endMs } of entity.credentials) {
    if (judging.wantedKeys.has(keyId)) outcome.keys.push([keyId, { startMs, endMs }]);
    if (endMs === null || endMs <= judging.nowMs || entity.disabled) continue;
    if (endMs < judging.calendarEndMs) {
      const day = Math.floor(endMs / DAY_MS);
      const ending = expiries.get(day) ?? { credentials: 0, names: [] };
      ending.credentials++;
      addDayName(ending.names, entity.name);
      if (ending.credentials === 1) expiries.set(day, ending);
    }
  }
}

/** Of so many applications whose credentials end on one day the calendar keeps the names. */
const NAMES_A_DAY = 5;

/** Keeps `name` if it is new, and one of the first. */
export function addDayName(names: string[], name: string): void {
  if (names.length < NAMES_A_DAY && !names.includes(name)) names.push(name);
}
