import type { FindingKind } from "../findings/catalogue.ts";

/** Where a kind of finding is explained. `docsUrl` is where `docs/` is, ending in a slash; a path will do. */
export function helpLink(kind: FindingKind, docsUrl: string): string {
  return `${docsUrl}audit.md#${kind}`;
}
