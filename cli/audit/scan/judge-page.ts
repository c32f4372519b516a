import { DAY_MS } from "../../../infra/duration.ts";
import { entityFindings, federatedFinding, type Judging, ownerlessFinding } from "../findings/entity.ts";
import type { Finding } from "../findings/finding.ts";
import type { CollectionName } from "../graph/collections.ts";
import { readApplication, readServicePrincipal } from "../graph/entities.ts";
import type { DirectoryEntity, KeyDates } from "../model.ts";
import { addDayName } from "./page-outcome.ts";

/** What the judgement of one entity comes to, besides what is counted. */
interface EntityOutcome {
  findings: Finding[];
  /** The client id, of a service principal that is disabled. */
  disabledAppId: string | undefined;
  /** Keys that the vaults or the stack refer to, with their dates. */
  keys: [keyId: string, dates: KeyDates][];
  /** The stack manages it. */
  isManaged: boolean;
}

/**
 * One page, judged by itself, with each entity apart: which of them other pages had before is known only where all
 * pages come together (`firstOnly`). Plain data in a few long arrays, since it goes from thread to thread.
 */
export interface JudgedPage {
  /** Object ids of entities, each once. A place in this list stands for the entity below. */
  objectIds: string[];
  /** How many credentials each entity has. */
  credentials: number[];
  unreadable: number;
  /** Those entities of which there is more to keep than counts: few of them. */
  outcomes: [place: number, outcome: EntityOutcome][];
  /** One after another for each credential that ends in the calendar: the entity's place, and the day. */
  ends: number[];
  /** By day, the names of some applications whose credentials end then. */
  names: Map<number, string[]>;
  /** Creation dates of all entries, for parting the collection. */
  createdMs: number[];
}

export const EMPTY_PAGE: JudgedPage = {
  objectIds: [],
  credentials: [],
  unreadable: 0,
  outcomes: [],
  ends: [],
  names: new Map(),
  createdMs: [],
};

export interface PageJudging extends Judging {
  /** Keys whose dates somebody wants to know. */
  wantedKeys: ReadonlySet<string>;
  /** Up to when ends are counted by day. */
  calendarEndMs: number;
}

/** Judges the entries of one page. Of an entity that is on the page twice, the first counts. */
export function judgePage(
  collection: CollectionName,
  items: readonly unknown[],
  judging: PageJudging,
): JudgedPage {
  const page: JudgedPage = {
    objectIds: [],
    credentials: [],
    unreadable: 0,
    outcomes: [],
    ends: [],
    names: new Map(),
    createdMs: [],
  };
  const onPage = new Set<string>();
  const read = collection === "servicePrincipals" ? readServicePrincipal : readApplication;
  for (const item of items) {
    const entity = read(item);
    if (entity === undefined) {
      page.unreadable++;
      continue;
    }
    if (entity.createdMs !== null) page.createdMs.push(entity.createdMs);
    if (onPage.has(entity.objectId)) continue;
    onPage.add(entity.objectId);
    const place = page.objectIds.push(entity.objectId) - 1;
    if (collection === "ownerless" || collection === "federated") {
      page.credentials.push(0);
      const judge = collection === "ownerless" ? ownerlessFinding : federatedFinding;
      const finding = judge(entity, judging.nowMs);
      if (finding !== undefined) page.outcomes.push([place, { ...NOTHING, findings: [finding] }]);
      continue;
    }
    page.credentials.push(entity.credentials.length);
    const outcome = outcomeOf(collection, entity, judging);
    if (outcome !== undefined) page.outcomes.push([place, outcome]);
    noteEnds(page, place, entity, judging);
  }
  return page;
}

const NOTHING: EntityOutcome = { findings: [], disabledAppId: undefined, keys: [], isManaged: false };

/** Undefined: there is nothing to keep, as of nearly every entity. */
function outcomeOf(
  collection: CollectionName,
  entity: DirectoryEntity,
  judging: PageJudging,
): EntityOutcome | undefined {
  const { wantedKeys, managed } = judging;
  const findings = entityFindings(entity, judging);
  const isManaged = managed.byApplication.has(entity.objectId);
  const disabledAppId = collection === "servicePrincipals" && entity.disabled ? entity.appId : undefined;
  let keys = NOTHING.keys;
  for (const { keyId, startMs, endMs } of entity.credentials) {
    if (wantedKeys.size > 0 && wantedKeys.has(keyId)) keys = [...keys, [keyId, { startMs, endMs }]];
  }
  if (findings.length === 0 && !isManaged && disabledAppId === undefined && keys.length === 0) {
    return undefined;
  }
  return { findings, disabledAppId, keys, isManaged };
}

function noteEnds(page: JudgedPage, place: number, entity: DirectoryEntity, judging: PageJudging): void {
  if (entity.disabled) return;
  for (const { endMs } of entity.credentials) {
    if (endMs === null || endMs <= judging.nowMs || endMs >= judging.calendarEndMs) continue;
    const day = Math.floor(endMs / DAY_MS);
    page.ends.push(place, day);
    const names = page.names.get(day);
    if (names === undefined) page.names.set(day, [entity.name]);
    else addDayName(names, entity.name);
  }
}
