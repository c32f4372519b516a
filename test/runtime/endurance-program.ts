import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import { environmentSource } from "../../runtime/src/sources/environment-source.ts";

/** Prints, for each kind of call, by how much the heap grew from a warm start to the end, and what is left open. */

const scope = "https://graph.microsoft.com/.default";
const secret = new RotatingSecret({
  credential: "endurance",
  source: environmentSource({ variable: "SECRET", environment: { SECRET: "value-1" } }),
});
let tokens = 0;
const credential = new RotatingSecretCredential({
  secret,
  tenantId: "8a7f0000-0000-4000-8000-000000000001",
  clientId: "8a7f0000-0000-4000-8000-000000000002",
  fetch: async () =>
    Response.json({ token_type: "Bearer", access_token: `token-${tokens++}`, expires_in: 3_600 }),
});
const longLived = new AbortController();

const kinds: [string, number, (count: number) => Promise<unknown>][] = [
  ["cached getToken", 1_000_000, () => credential.getToken(scope)],
  [
    "cached getToken with a signal",
    200_000,
    () => credential.getToken([scope], { abortSignal: longLived.signal }),
  ],
  [
    "token requests",
    20_000,
    () => credential.getToken(scope, { claims: "{}", abortSignal: longLived.signal }),
  ],
  ["withClientSecret", 50_000, () => secret.withClientSecret(async () => {}, { signal: longLived.signal })],
];

const report: Record<string, { heapGrowthBytes: number; resources: string[] }> = {};
for (const [name, count, call] of kinds) {
  const run = async (times: number) => {
    for (let index = 0; index < times; index++) {
      await call(index);
    }
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc?.();
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  const before = await run(count / 10);
  const after = await run(count);
  // Timers of background reads do not keep the process alive; pipes are standard input and output.
  const resources = process
    .getActiveResourcesInfo()
    .filter((kind) => !/PipeWrap|TTYWrap|Immediate/.test(kind));
  report[name] = { heapGrowthBytes: after - before, resources };
}
secret.close();
process.stdout.write(JSON.stringify(report));
