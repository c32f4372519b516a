import { startWorld } from "../../test/runtime/sandbox/world.ts";
import type { Benchmark } from "../benchmark.ts";
import { median, summarise } from "../measure.ts";

const SCOPE = "https://graph.microsoft.com/.default";

/** How much a service asks for, and how long it takes, when its secret is refused and a new one is published. */
export const recoveryBenchmark: Benchmark = {
  name: "runtime-recovery",
  description: "from a refused secret to a token with the new one",
  async run({ measure: { runs, warmUps, onRun }, after }) {
    const world = await startWorld();
    after(() => world[Symbol.asyncDispose]());
    const durationsMs: number[] = [];
    const plainMs: number[] = [];
    let mostReads = 0;
    let mostRequests = 0;
    for (let run = 0; run < runs + warmUps; run++) {
      onRun?.("recovery", run + 1, runs + warmUps);
      const secret = world.openSecret({ refreshIntervalMs: 86_400_000 });
      const credential = world.openCredential(secret);
      await credential.getToken(SCOPE);
      // The same request with a secret that works, in the same run: what the recovery is held against.
      const plainStartedMs = performance.now();
      await credential.getToken(SCOPE, { claims: '{"plain":1}' });
      if (run >= warmUps) plainMs.push(performance.now() - plainStartedMs);
      await world.credential.rotate();
      await world.credential.retire();
      const requests = world.tokenRequests();
      const reads = world.counter("keyVault.getSecret");
      const startedMs = performance.now();
      await credential.getToken(SCOPE, { claims: "{}" });
      if (run >= warmUps) durationsMs.push(performance.now() - startedMs);
      mostReads = Math.max(mostReads, reads());
      // The refused one is the first; what follows is the recovery.
      mostRequests = Math.max(mostRequests, world.tokenRequests() - requests - 1);
      secret.close();
    }
    return {
      measurements: [
        summarise("refused, vault read, token", durationsMs),
        summarise("a token, the secret works", plainMs),
      ],
      figures: [
        {
          name: "a recovery, in token requests that succeed at once",
          value: median(durationsMs) / median(plainMs),
          unit: "×",
          // The refused request, the vault's answer, and the request that succeeds: three instead of one.
          aim: { atMost: 5 },
        },
        { name: "reads of the vault", value: mostReads, unit: "requests", aim: { atMost: 1 } },
        {
          name: "token requests after the refused one",
          value: mostRequests,
          unit: "requests",
          aim: { atMost: 1 },
        },
      ],
    };
  },
};
