import { aimMet, type BenchmarkResult, type Figure } from "./benchmark.ts";
import type { Measurement } from "./measure.ts";

/** The machine that the figures hold for. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGb: number;
  platform: string;
  node: string;
}

/** A finished run of benchmarks. */
export interface Report {
  machine: Machine;
  runs: number;
  benchmarks: { name: string; result: BenchmarkResult }[];
}

/** The report for people: per benchmark what was measured, then what follows from it. */
export function reportText({ machine, runs, benchmarks }: Report): string {
  const { processor, cores, memoryGb, platform, node } = machine;
  const head = `${cores} cores (${processor}), ${memoryGb} GB, ${platform}, Node ${node}; ${runs} runs each`;
  const sections = benchmarks.map(({ name, result }) => {
    const measured = table(
      ["", "median", "fastest", "slowest"],
      result.measurements.map((each) => [each.name, ...times(each)]),
    );
    const figures = table(
      ["", "value", "aim", ""],
      result.figures.map((figure) => [figure.name, valueText(figure), aimText(figure), verdict(figure)]),
    );
    return [name, measured, ...(result.figures.length === 0 ? [] : ["", figures])].join("\n");
  });
  return [head, ...sections].join("\n\n");
}

function times({ medianMs, minMs, maxMs }: Measurement): string[] {
  return [medianMs, minMs, maxMs].map((ms) => `${(ms / 1000).toFixed(2)} s`);
}

function valueText({ value, unit }: Figure): string {
  const number = Number.isInteger(value) ? String(value) : value.toFixed(2);
  return unit === "×" ? `${number} ×` : `${number} ${unit}`;
}

function aimText(figure: Figure): string {
  if (figure.aim === undefined) return "";
  return "atMost" in figure.aim ? `at most ${figure.aim.atMost}` : `at least ${figure.aim.atLeast}`;
}

function verdict(figure: Figure): string {
  const met = aimMet(figure);
  return met === undefined ? "" : met ? "met" : "MISSED";
}

/** Columns as wide as they need, the first to the left, the others to the right. */
function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join("\n");
}

/** The report as one JSON document. */
export function reportJson({ machine, runs, benchmarks }: Report): string {
  const document = {
    schemaVersion: 1,
    machine,
    runs,
    benchmarks: benchmarks.map(({ name, result }) => ({
      name,
      measurements: result.measurements,
      figures: result.figures.map((figure) => ({ ...figure, aimMet: aimMet(figure) })),
    })),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** The figures that are not what they should be. */
export function missedAims({ benchmarks }: Report): Figure[] {
  return benchmarks.flatMap(({ result }) => result.figures.filter((figure) => aimMet(figure) === false));
}
