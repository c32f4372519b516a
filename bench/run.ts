import { availableParallelism, cpus, totalmem } from "node:os";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { CommandError, exitCodes } from "../cli/exit-codes.ts";
import { auditBenchmark } from "./audit/audit.ts";
import type { Benchmark, BenchmarkResult } from "./benchmark.ts";
import type { MeasureOptions } from "./measure.ts";
import { previewBenchmark } from "./preview/preview.ts";
import { type Machine, missedAims, type Report, reportJson, reportText } from "./report.ts";
import { recoveryBenchmark } from "./runtime/recovery.ts";
import { sendBenchmark } from "./runtime/sends.ts";
import { tokenBenchmark } from "./runtime/tokens.ts";

/** Every benchmark, in the order in which they run. */
const benchmarks: Benchmark[] = [
  auditBenchmark,
  previewBenchmark,
  tokenBenchmark,
  sendBenchmark,
  recoveryBenchmark,
];

interface Options {
  runs: number;
  warmUps: number;
  json: boolean;
  check: boolean;
}

const program = new Command("npm run bench --")
  .description(
    "Measures Keyturn on this machine: each figure against a baseline that is measured in the same run.",
  )
  .argument("[names...]", `what to measure: ${benchmarks.map(({ name }) => name).join(", ")} (default: all)`)
  .option("--runs <number>", "runs that count, of each case", positiveInteger, 5)
  .option("--warm-ups <number>", "runs before them that do not count", positiveInteger, 1)
  .option("--json", "print one JSON document instead of tables", false)
  .option("--check", "exit with 1 if a figure misses its aim", false)
  .exitOverride()
  .showHelpAfterError();

try {
  program.parse();
  process.exitCode = await main(program.args, program.opts<Options>());
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.configuration;
  } else if (error instanceof CommandError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else {
    throw error;
  }
}

async function main(names: readonly string[], { runs, warmUps, json, check }: Options): Promise<number> {
  const chosen = choose(names);
  const report: Report = { machine: thisMachine(), runs, benchmarks: [] };
  for (const benchmark of chosen) {
    progress(`${benchmark.name}: ${benchmark.description}`);
    const result = await runOne(benchmark, {
      runs,
      warmUps,
      onRun: (name, run, of) => progress(`  ${name}: run ${run} of ${of}`),
    });
    report.benchmarks.push({ name: benchmark.name, result });
  }
  process.stdout.write(json ? reportJson(report) : `${reportText(report)}\n`);
  const missed = missedAims(report);
  for (const { name } of missed) progress(`missed: ${name}`);
  return check && missed.length > 0 ? exitCodes.error : exitCodes.ok;
}

function choose(names: readonly string[]): Benchmark[] {
  const unknown = names.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
  if (unknown.length > 0) {
    const known = benchmarks.map(({ name }) => name).join(", ");
    throw new CommandError(
      `no such benchmark: ${unknown.join(", ")}; there are ${known}`,
      exitCodes.configuration,
    );
  }
  return names.length === 0 ? benchmarks : benchmarks.filter(({ name }) => names.includes(name));
}

async function runOne(benchmark: Benchmark, measure: MeasureOptions): Promise<BenchmarkResult> {
  const cleanUps: (() => unknown)[] = [];
  try {
    return await benchmark.run({
      measure,
      progress: (text) => progress(`  ${text}`),
      after: (cleanUp) => cleanUps.unshift(cleanUp),
    });
  } finally {
    for (const cleanUp of cleanUps) await cleanUp();
  }
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
  };
}

function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new InvalidArgumentError("It must be a whole number, 1 or more.");
  return number;
}
