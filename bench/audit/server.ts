import { gzipSync } from "node:zlib";
import { answerFrom } from "../../test/support/graph-directory.ts";
import { startHttpsServer } from "../../test/support/https-server.ts";
import { tenantOf } from "./tenant.ts";

/**
 * A Microsoft Graph in a process of its own: `node server.ts APPLICATIONS LATENCY_MS`. Each answer takes the
 * latency. Prints one line of JSON when it listens; then, for each line on standard input, another one with how many
 * pages it has handed out since the last, and how much processor time that took it.
 *
 * Answers are made once and kept, compressed as Graph compresses them, so that a measured run waits for the latency and
 * not for this process.
 */
const [applications = 0, latencyMs = 0] = process.argv.slice(2).map(Number);
const directory = tenantOf(applications, Date.now());
const made = new Map<string, ReturnType<typeof make>>();
let pages = 0;
let before = process.cpuUsage();

const server = await startHttpsServer((request, response) => {
  const url = request.url ?? "";
  const answer = made.get(url) ?? make(request.method ?? "", url);
  made.set(url, answer);
  if (answer.status === 200 && answer.type === "application/json") pages++;
  setTimeout(() => {
    const isGzip = request.headers["accept-encoding"]?.includes("gzip") === true;
    const bytes = isGzip ? answer.gzip : answer.bytes;
    response.writeHead(answer.status, {
      "content-type": answer.type,
      "content-length": bytes.length,
      ...(isGzip ? { "content-encoding": "gzip" } : {}),
    });
    response.end(bytes);
  }, latencyMs);
});

process.stdout.write(`${JSON.stringify({ origin: server.origin, caPem: server.caPem })}\n`);
process.stdin.on("data", () => {
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ pages, serverCpuMs: (user + system) / 1000 })}\n`);
  pages = 0;
  before = process.cpuUsage();
});
process.stdin.on("end", () => process.exit());

function make(method: string, url: string) {
  const { status, body } = answerFrom(directory, server.origin, { method, url, body: undefined });
  const isText = typeof body === "string";
  const bytes = Buffer.from(isText ? body : JSON.stringify(body));
  return { status, type: isText ? "text/plain" : "application/json", bytes, gzip: gzipSync(bytes) };
}
