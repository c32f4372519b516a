import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { PAGE_SIZE } from "../../cli/audit/graph/collections.ts";
import { runProcess } from "../../tools/run-process.ts";
import type { Benchmark, BenchmarkContext, Figure } from "../benchmark.ts";
import { median, summarise } from "../measure.ts";

const LATENCY_MS = 50;
const BIG = 100_000;
const SMALL = 10_000;
/** Requests at once; the command's default is the second. */
const CONCURRENCIES = [4, 8];
const TIMEOUT_MS = 15 * 60_000;

const scanSchema = z.object({
  durationMs: z.number(),
  cpuMs: z.number().optional(),
  threadCpuMs: z.number().optional(),
  peakMb: z.number(),
  keptMb: z.number().optional(),
  entities: z.number(),
  credentials: z.number(),
  findings: z.number(),
});

/** What the server says of itself: pages since it was last asked, and the processor time that they took it. */
const servedSchema = z.object({ pages: z.number(), serverCpuMs: z.number() });

type Scan = z.infer<typeof scanSchema> & z.infer<typeof servedSchema>;

/** The audit of a big tenant, against what the network allows, and against the scan that common scripts do. */
export const auditBenchmark: Benchmark = {
  name: "audit",
  description: `audit of ${BIG} applications with ${3 * BIG} credentials from a Graph with ${LATENCY_MS} ms a page`,
  async run(context) {
    const small = await startServer(context, SMALL);
    const [concurrency = 1] = CONCURRENCIES;
    const small10 = await repeat(context, `audit of ${SMALL}`, () =>
      scan(small, "scan.ts", String(concurrency)),
    );
    small.stop();

    const big = await startServer(context, BIG);
    const results = new Map<string, Scan[]>();
    for (const each of CONCURRENCIES) {
      const name = `audit of ${BIG}, ${each} at once`;
      results.set(name, await repeat(context, name, () => scan(big, "scan.ts", String(each))));
    }
    // A minute each: once is enough for a ratio of this size.
    const sequential = "default pages, one by one";
    context.progress(sequential);
    results.set(sequential, [await scan(big, "sequential.ts")]);
    big.stop();
    return {
      measurements: [...results, [`audit of ${SMALL}, ${concurrency} at once`, small10] as const].map(
        ([name, scans]) =>
          summarise(
            name,
            scans.map(({ durationMs }) => durationMs),
          ),
      ),
      figures: figuresOf(results, small10, sequential),
    };
  },
};

function figuresOf(results: ReadonlyMap<string, Scan[]>, small: Scan[], sequential: string): Figure[] {
  const [baseline] = results.get(sequential) ?? [];
  const figures: Figure[] = [];
  for (const concurrency of CONCURRENCIES) {
    const scans = results.get(`audit of ${BIG}, ${concurrency} at once`) ?? [];
    const durationMs = median(scans.map((each) => each.durationMs));
    const pages = median(scans.map((each) => each.pages));
    const least = 2 * Math.ceil(BIG / PAGE_SIZE);
    figures.push(
      {
        name: `time / (${pages} pages × latency / ${concurrency})`,
        value: durationMs / ((pages * LATENCY_MS) / concurrency),
        unit: "×",
        aim: { atMost: 1.2 },
      },
      {
        name: `time / (${least} full pages × latency / ${concurrency})`,
        value: durationMs / ((least * LATENCY_MS) / concurrency),
        unit: "×",
      },
    );
    // On a machine with other work this says what the scan itself costs, and that the server is not what is measured.
    figures.push(
      {
        name: `processor time of the audit, ${concurrency} at once`,
        value: Math.round(median(scans.map(({ cpuMs }) => cpuMs ?? 0))),
        unit: "ms",
      },
      // What no calm machine and no number of cores can make shorter.
      {
        name: `processor time of the audit's main thread, ${concurrency} at once`,
        value: Math.round(median(scans.map(({ threadCpuMs }) => threadCpuMs ?? 0))),
        unit: "ms",
      },
      {
        name: `processor time of the server meanwhile, ${concurrency} at once`,
        value: Math.round(median(scans.map(({ serverCpuMs }) => serverCpuMs))),
        unit: "ms",
      },
    );
    if (baseline !== undefined) {
      figures.push({
        name: `default pages one by one / audit with ${concurrency} at once`,
        value: baseline.durationMs / durationMs,
        unit: "×",
        aim: { atLeast: 10 },
      });
    }
  }
  const [first = 1] = CONCURRENCIES;
  const peak = (scans: Scan[]) => median(scans.map(({ peakMb }) => peakMb));
  const kept = (scans: Scan[]) => median(scans.map(({ keptMb }) => keptMb ?? 0));
  const bigScans = results.get(`audit of ${BIG}, ${first} at once`) ?? [];
  figures.push(
    { name: `peak memory at ${SMALL} applications`, value: Math.round(peak(small)), unit: "MB" },
    { name: `peak memory at ${BIG} applications`, value: Math.round(peak(bigScans)), unit: "MB" },
    {
      name: `peak memory at ${BIG} / at ${SMALL}`,
      value: peak(bigScans) / peak(small),
      unit: "×",
      aim: { atMost: 1.2 },
    },
    { name: `memory without garbage at the end, ${SMALL}`, value: Math.round(kept(small)), unit: "MB" },
    { name: `memory without garbage at the end, ${BIG}`, value: Math.round(kept(bigScans)), unit: "MB" },
  );
  if (baseline !== undefined) {
    figures.push({
      name: "peak memory of default pages, one by one",
      value: Math.round(baseline.peakMb),
      unit: "MB",
    });
  }
  return figures;
}

async function repeat(
  { measure, progress }: BenchmarkContext,
  name: string,
  run: () => Promise<Scan>,
): Promise<Scan[]> {
  const scans: Scan[] = [];
  // At least one that does not count: the server makes its answers once.
  const warmUps = Math.max(1, measure.warmUps);
  for (let index = 0; index < warmUps + measure.runs; index++) {
    progress(`${name}: run ${index + 1} of ${warmUps + measure.runs}`);
    const result = await run();
    if (index >= warmUps) scans.push(result);
  }
  return scans;
}

interface Server {
  applications: number;
  origin: string;
  caPem: string;
  takeServed(): Promise<z.infer<typeof servedSchema>>;
  stop(): void;
}

async function startServer({ progress, after }: BenchmarkContext, applications: number): Promise<Server> {
  progress(`a Graph with ${applications} applications`);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "server.ts"), String(applications), String(LATENCY_MS)],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const stop = () => child.kill();
  after(stop);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "exit").then(() => undefined);
  const next = async () => {
    const line = await Promise.race([lines.next(), ended]);
    if (line === undefined || line.done) throw new Error("the server ended");
    return line.value;
  };
  const { origin, caPem } = z
    .object({ origin: z.string(), caPem: z.string() })
    .parse(JSON.parse(await next()));
  const takeServed = async () => {
    child.stdin.write("served\n");
    return servedSchema.parse(JSON.parse(await next()));
  };
  return { applications, origin, caPem, takeServed, stop };
}

/** One scan in a process of its own, so that its memory is its own. */
async function scan(server: Server, script: string, ...args: string[]): Promise<Scan> {
  await server.takeServed();
  const { exitCode, stdout, stderr } = await runProcess(
    process.execPath,
    ["--expose-gc", join(import.meta.dirname, script), server.origin, ...args],
    { env: { ...process.env, KEYTURN_BENCH_CA: server.caPem }, timeoutMs: TIMEOUT_MS },
  );
  if (exitCode !== 0) throw new Error(`${script} failed: ${stderr}`);
  const result = scanSchema.parse(JSON.parse(stdout));
  if (result.entities !== 2 * server.applications || result.credentials !== 3 * server.applications) {
    throw new Error(`${script} read ${result.entities} entities and ${result.credentials} credentials`);
  }
  return { ...result, ...(await server.takeServed()) };
}
