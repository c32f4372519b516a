import type { Measurement, MeasureOptions } from "./measure.ts";

/** A figure worked out from the measurements of one run, with what it should be. */
export interface Figure {
  name: string;
  value: number;
  /** `×` for a ratio, else the unit of the value. */
  unit: "×" | "ms" | "µs" | "%" | "resources" | "requests" | "MB" | "1/s";
  /** What it should be, if there is an aim. */
  aim?: { atMost: number } | { atLeast: number };
}

/** What a benchmark found out. */
export interface BenchmarkResult {
  measurements: Measurement[];
  figures: Figure[];
}

/** What a benchmark is given. */
export interface BenchmarkContext {
  measure: MeasureOptions;
  /** Says what is being prepared. */
  progress(text: string): void;
  /** Runs after the benchmark, whether it succeeds or not; the last registered first. */
  after(cleanUp: () => unknown): void;
}

/** One benchmark, by the name that the command line takes. */
export interface Benchmark {
  name: string;
  /** One line for the list. */
  description: string;
  run(context: BenchmarkContext): Promise<BenchmarkResult>;
}

/** Whether a figure is what it should be; undefined without an aim. */
export function aimMet({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return "atMost" in aim ? value <= aim.atMost : value >= aim.atLeast;
}

/** The median of a measurement, by name. */
export function medianOf(measurements: readonly Measurement[], name: string): number {
  const found = measurements.find((measurement) => measurement.name === name);
  if (found === undefined) throw new RangeError(`nothing was measured by the name ${name}`);
  return found.medianMs;
}
