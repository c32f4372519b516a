import { RotatingSecret } from "../../../runtime/src/rotating-secret.ts";
import { RotatingSecretCredential } from "../../../runtime/src/rotating-secret-credential.ts";
import type { RotatingSecretOptions } from "../../../runtime/src/rotating-secret-options.ts";
import type { FiredFault } from "../../../sandbox/faults/state.ts";
import { ManagedCredential, type ManagedCredentialArgs } from "../../support/managed-credential.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { Traffic } from "../../support/traffic.ts";
import { startTrustedSandbox, type TrustedSandbox } from "../../support/trusted-sandbox.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

/** A sandbox with one credential, and a clock that moves the library and the sandbox together. */
export interface World extends AsyncDisposable {
  trusted: TrustedSandbox;
  credential: ManagedCredential;
  time: VirtualTime;
  traffic: Traffic;
  openSecret(options?: Partial<RotatingSecretOptions>): RotatingSecret;
  openCredential(secret: RotatingSecret): RotatingSecretCredential;
  /** Token requests that the library has sent for the application. */
  tokenRequests(): number;
  /** Counts the calls of an operation that reach the sandbox from now on. */
  counter(operation: string): () => number;
}

const startMs = Date.parse("2025-02-14T11:30:00Z");

export async function startWorld(args: Omit<ManagedCredentialArgs, "traffic"> = {}): Promise<World> {
  const trusted = await startTrustedSandbox({ seed: "runtime", nowMs: startMs });
  const { sandbox, tenantId, origin } = trusted;
  const traffic = new Traffic();
  let lastFired = sandbox.faults.fired().at(-1);
  const stopWatching = sandbox.store.onChange(() => {
    const fired = sandbox.faults.fired();
    const isLast = ({ ruleId, match }: FiredFault) =>
      ruleId === lastFired?.ruleId && match === lastFired.match;
    for (const { effect, path } of fired.slice(fired.findLastIndex(isLast) + 1)) {
      if (effect === "hang") traffic.hangs(path);
    }
    lastFired = fired.at(-1);
  });
  const time = new VirtualTime(startMs, {
    idle: () => traffic.idle(),
    moved: async (nowMs) => {
      if (nowMs > sandbox.clock.nowMs()) await sandbox.timeline.advanceTo(nowMs);
    },
  });
  const credential = await ManagedCredential.create(trusted, { ...args, traffic });
  const opened: RotatingSecret[] = [];
  const random = seededRandom(1);
  let tokenRequests = 0;
  return {
    trusted,
    credential,
    time,
    traffic,
    openSecret: (options = {}) => {
      const secret = new RotatingSecret({
        credential: credential.name,
        source: credential.source,
        clock: time,
        random,
        ...options,
      });
      opened.push(secret);
      return secret;
    },
    openCredential: (secret) =>
      new RotatingSecretCredential({
        secret,
        tenantId,
        clientId: credential.application.clientId,
        authorityHost: origin,
        fetch: (url, init) => {
          tokenRequests++;
          return traffic.fetch(url, init);
        },
      }),
    tokenRequests: () => tokenRequests,
    counter: (operation) => {
      let seen = sandbox.calls.list().at(-1)?.sequence ?? 0;
      let count = 0;
      // The log holds the last thousands only: ask often enough.
      return () => {
        const calls = sandbox.calls.list({ after: seen });
        seen = calls.at(-1)?.sequence ?? seen;
        count += calls.filter((call) => call.operation === operation).length;
        return count;
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const secret of opened) secret.close();
      await time.settle();
      stopWatching();
      await trusted[Symbol.asyncDispose]();
    },
  };
}
