import { DAY_MS } from "../../../infra/duration.ts";
import { entityFindings, federatedFinding, type Judging, ownerlessFinding } from "../findings/entity.ts";
import type { Finding } from "../findings/finding.ts";
import type { CollectionName } from "../graph/collections.ts";
import { readApplication, readServicePrincipal } from "../graph/entities.ts";
import type { DirectoryEntity, KeyDates } from "../model.ts";
import { addDayName } from "./page-outcome.ts";

/** What the judgement of one entity comes to, besides what is counted. */
interface EntityOutcome {
  /** Which entity: its place in the page's list. */
  place: number;
  /** As JSON; undefined: there are none. */
  findings: string | undefined;
  /** The client id, of a service principal that is disabled. */
  disabledAppId: string | undefined;
  /** Keys that the vaults or the stack refer to, with their dates. */
  keys: [keyId: string, dates: KeyDates][];
  /** The stack manages it. */
  isManaged: boolean;
}

/** The credentials of a page that end on one day. */
interface DayEnds {
  /** Days since 1970. */
  day: number;
  /** For each credential the place of its entity. */
  places: number[];
  /** Of some of the entities. */
  names: string[];
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
  /** Of those entities of which there is more to keep than counts: few of them. */
  outcomes: EntityOutcome[];
  /** What ends on each day of the calendar that something ends on. */
  ends: DayEnds[];
  /** Creation dates of all entries, for parting the collection. */
  createdMs: number[];
}

export function emptyPage(): JudgedPage {
  return { objectIds: [], credentials: [], unreadable: 0, outcomes: [], ends: [], createdMs: [] };
}

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
  const page = emptyPage();
  const onPage = new Set<string>();
  const ends = new Map<number, DayEnds>();
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
      if (finding !== undefined) page.outcomes.push({ ...NOTHING, place, findings: packed([finding]) });
      continue;
    }
    page.credentials.push(entity.credentials.length);
    const outcome = outcomeOf(place, collection, entity, judging);
    if (outcome !== undefined) page.outcomes.push(outcome);
    noteEnds(ends, place, entity, judging);
  }
  for (const each of ends.values()) page.ends.push(each);
  return page;
}

const NOTHING: Omit<EntityOutcome, "place"> = {
  findings: undefined,
  disabledAppId: undefined,
  keys: [],
  isManaged: false,
};

/** Undefined: there is nothing to keep, as of nearly every entity. */
function outcomeOf(
  place: number,
  collection: CollectionName,
  entity: DirectoryEntity,
  judging: PageJudging,
): EntityOutcome | undefined {
  const { wantedKeys, managed } = judging;
  const findings = packed(entityFindings(entity, judging));
  const isManaged = managed.byApplication.has(entity.objectId);
  const disabledAppId = collection === "servicePrincipals" && entity.disabled ? entity.appId : undefined;
  let keys = NOTHING.keys;
  for (const { keyId, startMs, endMs } of entity.credentials) {
    if (wantedKeys.size > 0 && wantedKeys.has(keyId)) keys = [...keys, [keyId, { startMs, endMs }]];
  }
  if (findings === undefined && !isManaged && disabledAppId === undefined && keys.length === 0) {
    return undefined;
  }
  return { place, findings, disabledAppId, keys, isManaged };
}

/** As they are kept until the scan is done: tens of thousands of objects would be most of what has to be moved around. */
function packed(findings: readonly Finding[]): string | undefined {
  return findings.length === 0 ? undefined : JSON.stringify(findings);
}

function noteEnds(
  ends: Map<number, DayEnds>,
  place: number,
  entity: DirectoryEntity,
  { nowMs, calendarEndMs }: PageJudging,
): void {
  if (entity.disabled) return;
  for (const { endMs } of entity.credentials) {
    if (endMs === null || endMs <= nowMs || endMs >= calendarEndMs) continue;
    const day = Math.floor(endMs / DAY_MS);
    const ending = ends.get(day);
    if (ending === undefined) {
      ends.set(day, { day, places: [place], names: [entity.name] });
    } else {
      ending.places.push(place);
      addDayName(ending.names, entity.name);
    }
  }
}
