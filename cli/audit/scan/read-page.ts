import type { Reading } from "../graph/client.ts";
import type { CollectionName } from "../graph/collections.ts";
import { type PackedBody, unpackedText } from "../graph/packed-body.ts";
import { type Page, pageOf } from "../graph/pages.ts";
import { parsedJson } from "../graph/parsed-json.ts";
import { type JudgedPage, judgePage, type PageJudging } from "./judge-page.ts";

/** What is read out of an answer: a page of a collection; a value of undefined is JSON of something else. */
export type PageReading = Reading<Page<JudgedPage> | undefined>;

/** Unpacks an answer, and judges the page that it is. All of it is done in this thread, in one go. */
export function readPage(collection: CollectionName, body: PackedBody, judging: PageJudging): PageReading {
  const text = unpackedText(body);
  const document = text === undefined ? undefined : parsedJson(text);
  if (document === undefined) return { brokenLength: text?.length ?? body.bytes.length };
  const value = pageOf(document.value, (items) => judgePage(collection, items, judging));
  return { value, isWhole: value !== undefined };
}
