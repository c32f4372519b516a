/** Something whose duration is measured. */
export interface Case {
  name: string;
  /** One run; throws if it did not do what it is measured for. */
  run(): Promise<void>;
}

/** The durations of a case's runs. */
export interface Measurement {
  name: string;
  medianMs: number;
  minMs: number;
  maxMs: number;
  /** In the order of the runs, without the warm-ups. */
  runsMs: number[];
}

/** How often to measure, and by what. */
export interface MeasureOptions {
  /** Runs that count. */
  runs: number;
  /** Runs before them that do not: caches fill. */
  warmUps: number;
  /** A clock that only goes forward. Default: `performance.now`. */
  nowMs?: () => number;
  /** Told before each run. */
  onRun?: (name: string, run: number, of: number) => void;
}

/**
 * Measures the cases in turns (first run of each, second run of each …), so that a machine that is slower for
 * a while is so for all of them, and their ratios stay true.
 */
export async function measure(
  cases: readonly Case[],
  { runs, warmUps, nowMs = () => performance.now(), onRun = () => {} }: MeasureOptions,
): Promise<Measurement[]> {
  const durations = new Map(cases.map(({ name }): [string, number[]] => [name, []]));
  const total = runs + warmUps;
  for (let run = 0; run < total; run += 1) {
    for (const each of cases) {
      onRun(each.name, run + 1, total);
      const startedMs = nowMs();
      await each.run();
      const durationMs = nowMs() - startedMs;
      if (run >= warmUps) durations.get(each.name)?.push(durationMs);
    }
  }
  return [...durations].map(([name, runsMs]) => summarise(name, runsMs));
}

/** Median and range of a case's runs. */
export function summarise(name: string, runsMs: readonly number[]): Measurement {
  if (runsMs.length === 0) throw new RangeError(`no runs of ${name} to summarise`);
  return {
    name,
    medianMs: median(runsMs),
    minMs: Math.min(...runsMs),
    maxMs: Math.max(...runsMs),
    runsMs: [...runsMs],
  };
}

/** The middle value; between two, their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  if (low === undefined || high === undefined) throw new RangeError("no values, so no median");
  return (low + high) / 2;
}
