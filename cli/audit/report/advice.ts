import { CATALOGUE, type FindingKind } from "../findings/catalogue.ts";
import { helpLink, runbookLink } from "./links.ts";

/** What a report tells people to do about a kind of finding. */
export interface Advice {
  title: string;
  text: string;
  /** Where the kind is explained. */
  help: string;
  /** What to do step by step, where there is a page for it. */
  runbook: string | undefined;
}

/** @param docsUrl where `docs/` is, ending in a slash */
export function adviceOn(kind: FindingKind, docsUrl: string): Advice {
  const { title, advice } = CATALOGUE[kind];
  return { title, text: advice, help: helpLink(kind, docsUrl), runbook: runbookLink(kind, docsUrl) };
}
