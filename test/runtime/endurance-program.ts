import { RotatingConfidentialClient } from "../../runtime/src/rotating-confidential-client.ts";
import { RotatingSecret } from "../../runtime/src/rotating-secret.ts";
import { RotatingSecretCredential } from "../../runtime/src/rotating-secret-credential.ts";
import { environmentSource } from "../../runtime/src/sources/environment-source.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { FakeAuthority, scopes } from "./fake-authority.ts";
import { clientId, refusal, tenantId } from "./fake-cloud.ts";

/** Prints, for each kind of call, by how much the heap grew from a warm start to the end, and what is left open. */

const scope = "https://graph.microsoft.com/.default";
const openSecret = () =>
  new RotatingSecret({
    credential: "endurance",
    source: environmentSource({ variable: "SECRET", environment: { SECRET: "value-1" } }),
  });
const application = { tenantId, clientId };
const secret = openSecret();
let tokens = 0;
const credential = new RotatingSecretCredential({
  secret,
  ...application,
  fetch: async () =>
    Response.json({ token_type: "Bearer", access_token: `token-${tokens++}`, expires_in: 3_600 }),
});
const longLived = new AbortController();

const authority = new FakeAuthority(new VirtualTime());
authority.secrets.set("value-1", "valid");
const client = new RotatingConfidentialClient({
  secret,
  auth: { clientId, authority: `https://login.test/${tenantId}`, knownAuthorities: ["login.test"] },
  fetch: (url, init) => {
    authority.requests.length = 0; // It keeps what it has seen.
    return authority.send(url, init);
  },
});
const { account } = await client.acquireTokenByCode({
  code: "code~ann",
  scopes,
  redirectUri: "https://crm.test/connected",
});
if (account === null) {
  throw new Error("no account");
}
const silent = { account, scopes };

const shut = openSecret();
const refused = new RotatingSecretCredential({
  secret: shut,
  ...application,
  fetch: async () => refusal("invalid_client", 7000222, 401),
});
/** It opens the breaker, and keeps it open. */
const fail = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error("a token");
    },
    () => {},
  );

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
  [
    "cached acquireTokenSilent",
    20_000,
    () => client.acquireTokenSilent(silent, { signal: longLived.signal }),
  ],
  ["refreshes", 2_000, () => client.acquireTokenSilent({ ...silent, forceRefresh: true })],
  ["refused by the breaker", 100_000, () => fail(refused.getToken(scope, { abortSignal: longLived.signal }))],
];

/** Before these, MSAL and the engine are still filling what they keep for good. */
const leastWarmUp = 2_000;

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
  const before = await run(Math.max(count / 10, leastWarmUp));
  const after = await run(count);
  // Timers of background reads do not keep the process alive; pipes are standard input and output.
  const resources = process
    .getActiveResourcesInfo()
    .filter((kind) => !/PipeWrap|TTYWrap|Immediate/.test(kind));
  report[name] = { heapGrowthBytes: after - before, resources };
}
secret.close();
shut.close();
process.stdout.write(JSON.stringify(report));
