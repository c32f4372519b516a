import { CATALOGUE, type FindingKind } from "../findings/catalogue.ts";

/** Where a kind of finding is explained. `docsUrl` is where `docs/` is, ending in a slash; a path will do. */
export function helpLink(kind: FindingKind, docsUrl: string): string {
  return `${docsUrl}audit.md#${kind}`;
}

/** The page that leads through what to do; undefined where there is none. */
export function runbookLink(kind: FindingKind, docsUrl: string): string | undefined {
  const entry = CATALOGUE[kind];
  return "runbook" in entry ? `${docsUrl}runbooks/${entry.runbook}` : undefined;
}

/** How issues, reminders and mails of a scheduled audit come about. */
export function scheduledLink(docsUrl: string): string {
  return `${docsUrl}audit.md#scheduled`;
}
