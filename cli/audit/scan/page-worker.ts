import { parentPort, workerData } from "node:worker_threads";
import type { CollectionName } from "../graph/collections.ts";
import type { PackedBody } from "../graph/packed-body.ts";
import { GuidTable, type SharedGuids } from "../guid-table.ts";
import type { PageJudging } from "./judge-page.ts";
import { type PageReading, readPage } from "./read-page.ts";

/** The thread of `page-reader.ts`: reads the pages that it is sent, one after another. */

/** What the pages are judged by, as it goes to a thread. */
export interface ThreadJudging extends Omit<PageJudging, "lastUsedDay"> {
  lastUsedDay: SharedGuids | undefined;
}

/** A page to be read, and what comes back of it. */
export interface PageJob {
  id: number;
  collection: CollectionName;
  body: PackedBody;
}
export interface PageJobDone {
  id: number;
  reading: PageReading;
}

const { lastUsedDay, ...rest } = workerData as ThreadJudging;
const judging: PageJudging = {
  ...rest,
  lastUsedDay: lastUsedDay === undefined ? undefined : GuidTable.of(lastUsedDay),
};

parentPort?.on("message", ({ id, collection, body }: PageJob) => {
  parentPort?.postMessage({ id, reading: readPage(collection, body, judging) } satisfies PageJobDone);
});
