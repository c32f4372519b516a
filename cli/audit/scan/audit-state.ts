import { DAY_MS } from "../../../infra/duration.ts";
import type { Finding } from "../findings/finding.ts";
import { severityRank } from "../findings/severity.ts";
import type { Chain, CollectionName } from "../graph/collections.ts";
import { GuidTable } from "../guid-table.ts";
import type { KeyDates } from "../model.ts";
import { addDayName, type PageOutcome } from "./page-outcome.ts";

/** What ends on one day. */
export interface CalendarDay {
  /** The day's first moment. */
  dayMs: number;
  credentials: number;
  /** Of some of the applications. */
  names: string[];
}

/**
 * What a scan has found out so far. It grows with the findings, and by 21 bytes and what a hash table needs
 * for each entity, not with the directory's content. Made of nothing but `see`, `applyChains` and
 * `applyPage`, so that a journal of those makes the same state again.
 */
export class AuditState {
  /** Of each page, as JSON, a list for each entity. Outside of JavaScript's heap, which would grow with them and their copies. */
  readonly #findings: Buffer[] = [];
  readonly #seen: Record<CollectionName, GuidTable> = {
    applications: new GuidTable(),
    servicePrincipals: new GuidTable(),
    ownerless: new GuidTable(),
    federated: new GuidTable(),
  };
  readonly #disabled = new GuidTable();
  readonly #calendar = new Map<number, CalendarDay>();
  /** Where each chain goes on; undefined: it has been read to its end. */
  readonly #positions = new Map<string, string | undefined>();
  readonly #chains = new Map<CollectionName, Chain[]>();
  readonly keys = new Map<string, KeyDates>();
  readonly managedApplications = new Set<string>();
  credentials = 0;
  unreadable = 0;

  /** The collection is read by these chains, besides those already known. */
  applyChains(collection: CollectionName, chains: readonly Chain[]): void {
    this.#chains.set(collection, [...(this.#chains.get(collection) ?? []), ...chains]);
    for (const { id, url } of chains) this.#positions.set(id, url);
  }

  /** A page of `chain` has been judged, its entities seen, and `next` is where the chain goes on. */
  applyPage(chain: Chain, next: string | undefined, outcome: PageOutcome): void {
    this.#positions.set(chain.id, next);
    if (outcome.findings.length > 0) this.#findings.push(Buffer.from(`[${outcome.findings.join()}]`));
    for (const appId of outcome.disabledAppIds) this.#disabled.set(appId);
    for (const [keyId, dates] of outcome.keys) this.keys.set(keyId, dates);
    for (const id of outcome.managedApplications) this.managedApplications.add(id);
    for (const [day, credentials, names] of outcome.expiries) this.#mark(day, credentials, names);
    this.credentials += outcome.credentials;
    this.unreadable += outcome.unreadable;
  }

  /** Notes an entity. True if it was not seen before. */
  see(collection: CollectionName, objectId: string): boolean {
    return this.#seen[collection].set(objectId);
  }

  /** How many different entities of a collection were read. */
  read(collection: CollectionName): number {
    return this.#seen[collection].size;
  }

  chains(collection: CollectionName): readonly Chain[] {
    return this.#chains.get(collection) ?? [];
  }

  /** The page at which `chain` goes on; undefined at its end. */
  position(chain: Chain): string | undefined {
    return this.#positions.has(chain.id) ? this.#positions.get(chain.id) : chain.url;
  }

  /**
   * All findings, of two with the same id the more urgent one. Where an application's service principal is disabled and
   * no other tenant can use it, nobody signs in, and what its credentials do matters little.
   */
  findings(): Finding[] {
    const byId = new Map<string, Finding>();
    for (const page of this.#findings) {
      for (const ofEntity of JSON.parse(page.toString()) as Finding[][]) {
        for (const finding of ofEntity) {
          const known = byId.get(finding.id);
          if (known !== undefined && severityRank(known.severity) <= severityRank(finding.severity)) continue;
          byId.set(finding.id, finding);
        }
      }
    }
    return [...byId.values()].map((finding) => this.#ifDisabled(finding));
  }

  #ifDisabled(finding: Finding): Finding {
    const { subject, facts } = finding;
    if (subject.type !== "application" || facts.multiTenant === true || !PASSIVE.has(finding.kind)) {
      return finding;
    }
    if (subject.appId === undefined || !this.#disabled.has(subject.appId)) return finding;
    return { ...finding, severity: "info", facts: { ...facts, disabled: true } };
  }

  calendar(): CalendarDay[] {
    return [...this.#calendar.values()].sort((a, b) => a.dayMs - b.dayMs);
  }

  #mark(day: number, credentials: number, names: readonly string[]): void {
    const entry = this.#calendar.get(day) ?? { dayMs: day * DAY_MS, credentials: 0, names: [] };
    entry.credentials += credentials;
    for (const name of names) addDayName(entry.names, name);
    this.#calendar.set(day, entry);
  }
}

/** What does not matter while nobody can sign in. */
const PASSIVE: ReadonlySet<Finding["kind"]> = new Set([
  "expired-credential",
  "expiring-credential",
  "lifetime-too-long",
  "no-owner",
  "unused-credential",
  "could-be-federated",
]);
