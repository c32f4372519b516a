import { appendFile, open, readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { HOUR_MS } from "../../../infra/duration.ts";
import { CommandError, exitCodes } from "../../exit-codes.ts";
import type { Chain, CollectionName } from "../graph/collections.ts";
import { formatMoment } from "../graph-time.ts";
import type { AuditState } from "./audit-state.ts";
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
  /** The scan is complete: there is nothing to go on with. */
  finish(): Promise<void>;
}

export const noJournal: Journal = {
  chains: () => Promise.resolve(),
  page: () => Promise.resolve(),
  finish: () => Promise.resolve(),
};

const headerSchema = z.object({
  keyturnAudit: z.literal(1),
  nowMs: z.number(),
  graphUrl: z.string(),
  tenant: z.string().nullable(),
  settings: z.string(),
});

/**
 * Opens the journal of a scan: a new one, or one that a broken scan has left, whose content goes into `state`.
 * The file holds names and ids of the directory, no secret, and is for its owner alone.
 * @returns the journal, and the time that the scan judges by: that of its beginning.
 * @throws CommandError if the file is of another scan, too old, or no journal.
 */
export async function openJournal(
  file: string,
  identity: ScanIdentity,
  state: AuditState,
  nowMs: number,
): Promise<{ journal: Journal; nowMs: number; resumed: boolean }> {
  const text = await readIfExists(file);
  // Without a line there is nothing but a scan that broke off while it wrote the first one.
  if (text === undefined || !text.includes("\n")) {
    const header = { keyturnAudit: 1, nowMs, ...identity };
    const handle = await open(file, "w", 0o600);
    await handle.writeFile(`${JSON.stringify(header)}\n`);
    await handle.close();
    return { journal: fileJournal(file), nowMs, resumed: false };
  }
  const lines = text.split("\n");
  // What follows the last line's end was being written when the scan broke off.
  const unfinished = lines.pop() ?? "";
  const [first = "", ...rest] = lines;
  const header = headerSchema.safeParse(parseLine(first, file));
  if (!header.success) throw refused(file, "is no state of an audit");
  const { graphUrl, tenant, settings } = header.data;
  if (graphUrl !== identity.graphUrl) throw refused(file, `is of an audit of another cloud (${graphUrl})`);
  if (tenant !== identity.tenant) throw refused(file, `is of an audit of another tenant (${tenant})`);
  if (settings !== identity.settings) {
    throw refused(file, "is of an audit with other flags, or the stack or the vaults have changed since");
  }
  if (nowMs - header.data.nowMs > MAX_AGE_MS) {
    throw refused(file, `is of an audit begun ${formatMoment(header.data.nowMs)}, more than a day ago`);
  }
  for (const line of rest) replay(parseLine(line, file) as Entry, state, file);
  if (unfinished !== "") await cutOff(file, Buffer.byteLength(text) - Buffer.byteLength(unfinished));
  return { journal: fileJournal(file), nowMs: header.data.nowMs, resumed: true };
}

function fileJournal(file: string): Journal {
  const write = (entry: Entry) => appendFile(file, `${JSON.stringify(entry)}\n`);
  return {
    chains: (collection, chains) => write({ type: "chains", collection, chains }),
    // Creation dates serve to part a collection at its first page, and never again.
    page: (chain, next, outcome) =>
      write({ type: "page", chain, next: next ?? null, outcome: { ...outcome, createdMs: [] } }),
    finish: () => rm(file, { force: true }),
  };
}

function replay(entry: Entry, state: AuditState, file: string): void {
  try {
    if (entry.type === "chains") state.applyChains(entry.collection, entry.chains);
    else state.applyPage(entry.chain, entry.next ?? undefined, entry.outcome);
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

async function readIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw refused(file, `cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}

async function cutOff(file: string, bytes: number): Promise<void> {
  const handle = await open(file, "r+");
  await handle.truncate(bytes);
  await handle.close();
}

function refused(file: string, why: string): CommandError {
  return new CommandError(
    `--resume ${file}: the file ${why}; delete it, or name another one, to begin anew`,
    exitCodes.configuration,
  );
}
