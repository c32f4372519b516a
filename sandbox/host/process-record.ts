import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../atomic-file.ts";
import { type ProcessRecord, processRecord } from "./control-protocol.ts";

function recordFile(folder: string): string {
  return join(folder, "process.json");
}

/** Says how to reach this folder's process. The file is its owner's alone: it holds the token. */
export function writeProcessRecord(folder: string, record: ProcessRecord): Promise<void> {
  return writeFileAtomically(recordFile(folder), JSON.stringify(record));
}

/** What the last process to start here left behind: it may be gone. Undefined: nothing, or nothing of use. */
export async function readProcessRecord(folder: string): Promise<ProcessRecord | undefined> {
  try {
    return processRecord.parse(JSON.parse(await readFile(recordFile(folder), "utf8")));
  } catch {
    return undefined;
  }
}

export function removeProcessRecord(folder: string): Promise<void> {
  return rm(recordFile(folder), { force: true });
}
