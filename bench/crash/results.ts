import { appendFile, readFile } from "node:fs/promises";
import type { Kind } from "../../test/support/crash/attack.ts";
import type { PhaseName } from "../../test/support/crash/phases.ts";
import type { Point } from "../../test/support/crash/points.ts";

/** What came of one point: a line of the results file. */
export interface PointResult {
  id: string;
  point: Point;
  /** When, and of which version: ISO 8601 and the commit. */
  at: string;
  version: string;
  /** `not reached`: the command ended before it came to so many calls. Counts for nothing. */
  outcome: "survived" | "failed" | "not reached";
  /** What was struck. */
  struck: string | undefined;
  /** What did not hold. */
  reason?: string;
  /** How the struck command ended. */
  end?: string;
  passwords?: number;
  lost?: number;
  backedOff?: boolean;
  seconds: number;
}

/** The last result of each point, by id. Several runs may share a file. */
export async function readResults(file: string | undefined): Promise<Map<string, PointResult>> {
  const results = new Map<string, PointResult>();
  if (file === undefined) return results;
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const result = JSON.parse(line) as PointResult;
    results.set(result.id, result);
  }
  return results;
}

export async function addResult(file: string | undefined, result: PointResult): Promise<void> {
  if (file !== undefined) await appendFile(file, `${JSON.stringify(result)}\n`);
}

/** Points survived and tried, for each phase and each way to die, as a table of text. */
export function resultTable(
  results: readonly PointResult[],
  phases: readonly PhaseName[],
  kinds: readonly Kind[],
): string {
  const cell = (wanted: (point: Point) => boolean) => {
    const tried = results.filter(({ point, outcome }) => outcome !== "not reached" && wanted(point));
    if (tried.length === 0) return "-";
    const survived = tried.filter(({ outcome }) => outcome === "survived");
    return `${survived.length} of ${tried.length}`;
  };
  const rows = [
    ["phase", ...kinds, "all"],
    ...phases.map((name) => [
      name,
      ...kinds.map((kind) => cell(({ phase, kind: its }) => phase === name && its === kind)),
      cell(({ phase }) => phase === name),
    ]),
    ["all", ...kinds.map((kind) => cell(({ kind: its }) => its === kind)), cell(() => true)],
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
