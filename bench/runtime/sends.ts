import { createTransport } from "nodemailer";
import {
  environmentSource,
  RotatingSecret,
  RotatingSecretCredential,
  requestClientCredentialsToken,
} from "../../runtime/src/index.ts";
import { exchangeOnline } from "../../sandbox/entra/well-known/exchange-online.ts";
import { addApplication, addUser, grantRole } from "../../test/support/directory.ts";
import { startTrustedSandbox } from "../../test/support/trusted-sandbox.ts";
import type { Benchmark } from "../benchmark.ts";
import { median, summarise } from "../measure.ts";

const SENDS_PER_RUN = 200;
const SCOPE = "https://outlook.office365.com/.default";

/** What the library adds to the sending of one message. */
export const sendBenchmark: Benchmark = {
  name: "runtime-sends",
  description: "one message by mail submission, beside nodemailer alone with a token that it just has",
  async run({ measure: { runs, warmUps, onRun }, after }) {
    const started = await startTrustedSandbox({ seed: "bench" });
    after(() => started[Symbol.asyncDispose]());
    const { tenantId, origin, directory, sandbox } = started;
    const { clientId, secret: value, principalId } = await addApplication(directory);
    await grantRole(directory, { principalId, resourceAppId: exchangeOnline.appId, role: "SMTP.SendAsApp" });
    const user = (await addUser(directory, "ann")).mail ?? "";

    const secret = new RotatingSecret({
      credential: "bench",
      source: environmentSource({ variable: "SECRET", environment: { SECRET: value } }),
    });
    after(() => secret.close());
    const credential = new RotatingSecretCredential({ secret, tenantId, clientId, authorityHost: origin });
    const request = { authorityHost: origin, tenantId, clientId, clientSecret: value, scope: SCOPE };
    const outcome = await requestClientCredentialsToken(request);
    if (!outcome.ok) throw new Error(outcome.failure.advice);
    const fixed = outcome.token.accessToken;

    const send = async (accessToken: string) => {
      const transport = createTransport({
        host: "localhost",
        port: sandbox.ports.smtp,
        requireTLS: true,
        auth: { type: "OAuth2", user, accessToken },
      });
      await transport.sendMail({
        from: user,
        to: "bob@contoso.test",
        subject: "Hello",
        text: "Good morning.",
      });
      transport.close();
    };
    const kinds = [
      { name: "nodemailer alone", durationsMs: [] as number[], send: () => send(fixed) },
      {
        name: "with @keyturn/runtime",
        durationsMs: [] as number[],
        send: async () => send((await credential.getToken(SCOPE)).token),
      },
    ] as const;
    const tokensMs: number[] = [];
    for (let run = 0; run < runs + warmUps; run++) {
      onRun?.("sends", run + 1, runs + warmUps);
      for (let index = 0; index < SENDS_PER_RUN; index++) {
        // Message by message in turns, each kind first as often as the other: what slows the machine slows both.
        for (const kind of index % 2 === 0 ? kinds : kinds.toReversed()) {
          const startedMs = performance.now();
          await kind.send();
          if (run >= warmUps) kind.durationsMs.push(performance.now() - startedMs);
        }
        const startedMs = performance.now();
        await credential.getToken(SCOPE);
        if (run >= warmUps) tokensMs.push(performance.now() - startedMs);
      }
    }
    const [aloneMs, withLibraryMs] = kinds.map(({ durationsMs }) => durationsMs) as [number[], number[]];
    const alone = median(aloneMs);
    // Pair by pair, a moment apart: what slows the machine is in both, and goes out of the difference.
    const differences = aloneMs.map((ms, index) => (withLibraryMs[index] ?? Number.NaN) - ms);
    return {
      measurements: kinds.map(({ name, durationsMs }) => summarise(`a message, ${name}`, durationsMs)),
      figures: [
        {
          name: "the token's share of a send",
          value: (100 * median(tokensMs)) / alone,
          unit: "%",
          aim: { atMost: 1 },
        },
        {
          name: "a send with the library takes longer by",
          value: (100 * median(differences)) / alone,
          unit: "%",
          aim: { atMost: 1 },
        },
      ],
    };
  },
};
