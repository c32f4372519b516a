import { ClientSecretCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { environmentSource, RotatingSecret, RotatingSecretCredential } from "../../runtime/src/index.ts";
import { addApplication } from "../../test/support/directory.ts";
import { startTrustedSandbox } from "../../test/support/trusted-sandbox.ts";
import { type Benchmark, medianOf } from "../benchmark.ts";
import { measure } from "../measure.ts";

const CALLS = 20_000;
const SCOPE = "https://graph.microsoft.com/.default";

const ours = `${CALLS} cached tokens: @keyturn/runtime`;
const oursAsSdk = `${CALLS} cached tokens, asked as Azure's SDKs ask: @keyturn/runtime`;
const identity = `${CALLS} cached tokens: @azure/identity`;
const msal = `${CALLS} cached tokens: @azure/msal-node`;

/** What a token costs that is at hand already: every request of every service asks for one. */
export const tokenBenchmark: Benchmark = {
  name: "runtime-tokens",
  description: "a cached token, beside @azure/identity's ClientSecretCredential and MSAL's own cache",
  async run({ measure: options, after }) {
    const started = await startTrustedSandbox({ seed: "bench" });
    after(() => started[Symbol.asyncDispose]());
    const { tenantId, origin, directory } = started;
    const { clientId, secret: value } = await addApplication(directory);

    const secret = new RotatingSecret({
      credential: "bench",
      source: environmentSource({ variable: "SECRET", environment: { SECRET: value } }),
    });
    after(() => secret.close());
    const rotating = new RotatingSecretCredential({ secret, tenantId, clientId, authorityHost: origin });
    const plain = new ClientSecretCredential(tenantId, clientId, value, {
      authorityHost: origin,
      disableInstanceDiscovery: true,
    });
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        clientSecret: value,
        authority: `${origin}/${tenantId}`,
        knownAuthorities: [new URL(origin).host],
      },
    });
    const { signal } = new AbortController();
    const tracingOptions = {};
    const scopes = [SCOPE];
    const cases: [string, () => Promise<unknown>][] = [
      [ours, () => rotating.getToken(SCOPE)],
      [oursAsSdk, () => rotating.getToken(scopes, { abortSignal: signal, tracingOptions })],
      [identity, () => plain.getToken(SCOPE)],
      [msal, () => application.acquireTokenByClientCredential({ scopes })],
    ];
    // Before the clock runs, so that only caches are measured: 20,000 calls in one go leave no time for the network,
    // and a connection that the server has closed meanwhile is found dead by whoever asks next.
    for (const [, call] of cases) await call();
    const measurements = await measure(
      cases.map(([name, call]) => ({
        name,
        run: async () => {
          for (let index = 0; index < CALLS; index++) await call();
          await new Promise((resolve) => setImmediate(resolve));
        },
      })),
      options,
    );
    const ratio = (name: string, to: string) => medianOf(measurements, name) / medianOf(measurements, to);
    return {
      measurements,
      figures: [
        {
          name: "a cached token",
          value: (medianOf(measurements, ours) * 1000) / CALLS,
          unit: "µs",
        },
        { name: "faster than @azure/identity", value: ratio(identity, ours), unit: "×", aim: { atLeast: 2 } },
        { name: "faster than MSAL's cache", value: ratio(msal, ours), unit: "×", aim: { atLeast: 2 } },
        {
          name: "asked as SDKs ask, faster than @azure/identity",
          value: ratio(identity, oursAsSdk),
          unit: "×",
          aim: { atLeast: 2 },
        },
      ],
    };
  },
};
