import { z } from "zod";
import { HOUR_MS } from "../../../infra/duration.ts";
import type { Chain, CollectionName } from "../graph/collections.ts";
import { formatMoment } from "../graph-time.ts";
import { safeText } from "../safe-text.ts";
import type { AuditState } from "./audit-state.ts";
import { type JournalFile, refused } from "./journal-file.ts";
import type { PageOutcome } from "./page-outcome.ts";

/** A scan that was broken off longer ago than this is not gone on with: the directory has changed meanwhile. */
const MAX_AGE_MS = 24 * HOUR_MS;

/** Which scan a journal is of. Going on needs the same. */
export interface ScanIdentity {
  graphUrl: string;
  tenant: string | null;
  /** Everything that findings depend on, as JSON. */
  settings: string;
}

type Entry =
  | { type: "chains"; collection: CollectionName; chains: Chain[] }
  | { type: "page"; chain: Chain; next: string | null; outcome: PageOutcome };

/** Writes down what has been read, so that a scan that breaks off can go on. */
export interface Journal {
  chains(collection: CollectionName, chains: Chain[]): Promise<void>;
  page(chain: Chain, next: string | undefined, outcome: PageOutcome): Promise<void>;
}

export const noJournal: Journal = {
  chains: () => Promise.resolve(),
  page: () => Promise.resolve(),
};

/** The form of what is written: a file of another one is not gone on with. */
const FORM = 4;

const headerSchema = z.object({
  keyturnAudit: z.literal(FORM),
  nowMs: z.number(),
  graphUrl: z.string(),
  tenant: z.string().nullable(),
  settings: z.string(),
});

/**
 * Begins the journal of a scan, or goes on with the one that a broken scan has left, whose content goes into `state`.
 * The file holds names and ids of the directory, no secret, and is for its owner alone.
 * @param lines what an earlier scan wrote into `file`; none: a new scan begins.
 * @returns the journal, and the time that the scan judges by: that of its beginning.
 * @throws CommandError if the file is of another scan, too old, or no journal.
 */
export async function beginJournal(
  file: JournalFile,
  lines: readonly string[],
  identity: ScanIdentity,
  state: AuditState,
  nowMs: number,
): Promise<{ journal: Journal; nowMs: number }> {
  const [first, ...rest] = lines;
  if (first === undefined) {
    await file.append(JSON.stringify({ keyturnAudit: FORM, nowMs, ...identity }));
    return { journal: fileJournal(file), nowMs };
  }
  const { path } = file;
  const header = headerSchema.safeParse(parseLine(first, path));
  if (!header.success) throw refused(path, "is no state of an audit");
  const { graphUrl, tenant, settings } = header.data;
  if (graphUrl !== identity.graphUrl) {
    throw refused(path, `is of an audit of another cloud (${safeText(graphUrl)})`);
  }
  if (tenant !== identity.tenant) {
    throw refused(path, `is of an audit of another tenant (${safeText(tenant ?? "unknown")})`);
  }
  if (settings !== identity.settings) {
    throw refused(path, "is of an audit with other flags, or the stack or the vaults have changed since");
  }
  if (nowMs - header.data.nowMs > MAX_AGE_MS) {
    throw refused(path, `is of an audit begun ${formatMoment(header.data.nowMs)}, more than a day ago`);
  }
  for (const line of rest) replay(parseLine(line, path) as Entry, state, path);
  return { journal: fileJournal(file), nowMs: header.data.nowMs };
}

function fileJournal(file: JournalFile): Journal {
  const write = (entry: Entry) => file.append(JSON.stringify(entry));
  return {
    chains: (collection, chains) => write({ type: "chains", collection, chains }),
    page: (chain, next, outcome) => write({ type: "page", chain, next: next ?? null, outcome }),
  };
}

function replay(entry: Entry, state: AuditState, file: string): void {
  try {
    if (entry.type === "chains") state.applyChains(entry.collection, entry.chains);
    else {
      for (const id of entry.outcome.objectIds) state.see(entry.chain.collection, id);
      state.applyPage(entry.chain, entry.next ?? undefined, entry.outcome);
    }
  } catch {
    throw refused(file, "is damaged");
  }
}

function parseLine(line: string, file: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw refused(file, "is damaged");
  }
}
