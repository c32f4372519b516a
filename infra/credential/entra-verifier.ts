import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
// From its own file: the index loads every client library, which each run of the program would wait for.
import { defaultRequestTimeoutMs } from "../../runtime/src/bounded-request.ts";
import { requestClientCredentialsToken } from "../../runtime/src/token-request.ts";
import type { Settings } from "../settings/schema.ts";
import type { Verify } from "./rotating-credential.ts";
import { verifySecret } from "./verify.ts";

export interface EntraVerifierArgs {
  authorityHost: string;
  tenantId: string;
  /** Tokens in a row that make a new secret good. */
  successes: Settings["verification"]["successes"];
  /** Between two tries, in milliseconds. */
  pause: number;
  /** How long a new secret may stay unknown, in milliseconds. */
  window: number;
}

/** Every application may ask for this one: the token then carries whatever was consented to, be it nothing. */
const SCOPE = "https://graph.microsoft.com/.default";
/** A published secret has long reached every replica: what is refused now is refused. Milliseconds. */
const WATCH_WINDOW_MS = 30_000;

/** Verifies secrets at Entra's token endpoint. */
export function entraVerifier(args: EntraVerifierArgs): Verify {
  const { authorityHost, tenantId } = args;
  return ({ clientId, value }, purpose) =>
    verifySecret({
      requestToken: (withinMs) =>
        requestClientCredentialsToken({
          authorityHost,
          tenantId,
          clientId,
          clientSecret: value,
          scope: SCOPE,
          timeoutMs: Math.min(withinMs, defaultRequestTimeoutMs),
        }),
      successes: purpose === "publish" ? args.successes : 1,
      pauseMs: args.pause,
      windowMs: purpose === "publish" ? args.window : Math.min(args.window, WATCH_WINDOW_MS),
      monotonicMs: () => performance.now(),
      sleep: (ms) => sleep(ms),
    });
}
