import { runAudit } from "../../cli/audit/audit.ts";
import { auditPolicy } from "../../cli/audit/policy.ts";
import { trust } from "../../test/support/https-server.ts";

/**
 * One audit in a process of its own: `node scan.ts ORIGIN CONCURRENCY`, with the authority to trust in
 * `KEYTURN_BENCH_CA`. Prints how long it took, how much processor time, how much of that in the main thread, the most
 * memory that it had, what was left of it without garbage (with --expose-gc), and what it found.
 */
const [origin = "", concurrency = ""] = process.argv.slice(2);
trust(process.env.KEYTURN_BENCH_CA ?? "");

const cpuBefore = process.cpuUsage();
const threadCpuBefore = process.threadCpuUsage();
const startedMs = performance.now();
const result = await runAudit(
  {
    credential: {
      getToken: () => Promise.resolve({ token: "bench", expiresOnTimestamp: Number.MAX_SAFE_INTEGER }),
    },
    graphUrl: origin,
    tenant: null,
    vaultUris: [],
    managed: [],
    gaps: [],
    policy: auditPolicy(),
    acceptances: () => Promise.resolve([]),
    concurrency: Number(concurrency),
    resumeFile: undefined,
    signIns: false,
    owners: false,
  },
  { random: Math.random, nowMs: Date.now, pauseMs: () => Promise.resolve(), onProgress: () => undefined },
);
const durationMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage(cpuBefore);
const thread = process.threadCpuUsage(threadCpuBefore);
const { read, findings } = result;
// The most of the process's life, in KiB (getrusage); then what is left without garbage.
const peakMb = process.resourceUsage().maxRSS / 1024;
globalThis.gc?.();
const { heapUsed, external } = process.memoryUsage();
process.stdout.write(
  JSON.stringify({
    durationMs,
    cpuMs: (user + system) / 1000,
    threadCpuMs: (thread.user + thread.system) / 1000,
    peakMb,
    keptMb: (heapUsed + external) / 2 ** 20,
    entities: read.applications + read.servicePrincipals,
    credentials: read.credentials,
    findings: findings.length,
  }),
);
