import type { NetworkResponse } from "@azure/msal-node";
import { delay, timeLimited } from "./abort.ts";
import { type BackoffRange, fullJitterDelayMs, halfJitterDelayMs } from "./backoff.ts";
import { type Answer, type Fetch, sendRequest } from "./bounded-request.ts";
import { classifyTokenError } from "./classify-token-error.ts";
import { OperationTimeoutError, TokenRequestError } from "./errors.ts";
import type { RotatingSecret } from "./rotating-secret.ts";
import { SharedFlights } from "./shared-flights.ts";

/** Reads for one answer. */
const mostReads = 3;
const betweenReads: BackoffRange = { firstMs: 250, longestMs: 2_000 };

/** How long a failure answers for later callers. */
const afterFailure: BackoffRange = { firstMs: 5_000, longestMs: 60_000 };

/** How long metadata is believed, in milliseconds: as long as MSAL believes it. */
const lifeMs = 24 * 3_600_000;

/** Authorities of no single tenant (https://learn.microsoft.com/entra/identity-platform/msal-client-application-configuration). */
const sharedAuthority = /^\/(common|organizations|consumers)\//;

export interface MetadataRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly fetch: Fetch | undefined;
  /** Aborted when nobody waits any more. */
  readonly stop: AbortSignal | undefined;
  /** Monotonic time at which the caller came. */
  readonly startedMs: number;
}

interface Known {
  /** Monotonic time. */
  readonly untilMs: number;
  readonly response: NetworkResponse<unknown>;
}

interface Failed {
  readonly error: TokenRequestError;
  readonly failures: number;
  /** Monotonic time. */
  readonly untilMs: number;
}

const all = new WeakMap<RotatingSecret, AuthorityMetadata>();

/**
 * Authorities' metadata for all clients of one application, by address: read once however many ask, kept for a day,
 * and a failure kept for seconds.
 */
export class AuthorityMetadata {
  readonly #secret: RotatingSecret;
  readonly #known = new Map<string, Known>();
  readonly #failed = new Map<string, Failed>();
  readonly #flights = new SharedFlights<NetworkResponse<unknown>>();

  private constructor(secret: RotatingSecret) {
    this.#secret = secret;
  }

  /** The one of an application. */
  static of(secret: RotatingSecret): AuthorityMetadata {
    const found = all.get(secret) ?? new AuthorityMetadata(secret);
    all.set(secret, found);
    return found;
  }

  /**
   * The authority's answer, within the time of a call.
   *
   * @throws TokenRequestError, BreakerOpenError, OperationTimeoutError, TooManyWaitersError, ClosedError, or the reason
   * of `stop`.
   */
  async read(request: MetadataRequest): Promise<NetworkResponse<unknown>> {
    const { clock, limits } = this.#secret;
    const nowMs = clock.monotonicMs();
    const known = this.#known.get(request.url);
    if (known !== undefined && nowMs < known.untilMs) {
      return known.response;
    }
    const failed = this.#failed.get(request.url);
    if (failed !== undefined && nowMs < failed.untilMs) {
      throw failed.error;
    }
    const leftMs = Math.max(0, request.startedMs + limits.maxElapsedMs - nowMs);
    const onTimeout = () => new OperationTimeoutError(limits.maxElapsedMs);
    return this.#flights.join(
      request.url,
      (stop) =>
        this.#secret.gate.enterWithoutProbe(
          { subject: this.#subjectOf(request.url), stop, startedMs: request.startedMs },
          (entry) => this.#request(request, entry),
        ),
      (work) => timeLimited(work, clock, leftMs, request.stop, onTimeout),
    );
  }

  /** Whose trouble it is: the application's, if all its clients share this authority. */
  #subjectOf(url: string): string | undefined {
    const others = [...this.#known.keys(), ...this.#failed.keys()].filter((other) => other !== url);
    return others.length === 0 || sharedAuthority.test(new URL(url).pathname) ? undefined : `metadata ${url}`;
  }

  async #request(
    { url, headers, fetch, startedMs }: MetadataRequest,
    { stop, closed }: { readonly stop: AbortSignal; readonly closed: AbortSignal },
  ): Promise<NetworkResponse<unknown>> {
    const { clock, random, limits } = this.#secret;
    for (let reads = 1; ; reads++) {
      const leftMs = startedMs + limits.maxElapsedMs - clock.monotonicMs();
      const answer = await sendRequest(
        url,
        { method: "GET", headers: { accept: "application/json", ...headers } },
        { timeoutMs: Math.max(1, Math.min(limits.requestTimeoutMs, leftMs)), signal: closed, fetch, clock },
      );
      const nowMs = clock.monotonicMs();
      const response = asNetworkResponse(answer);
      if (response !== undefined && response.status < 500 && response.status !== 429) {
        this.#failed.delete(url);
        if (response.status === 200) {
          this.#known.set(url, { untilMs: nowMs + lifeMs, response });
        }
        return response;
      }
      const delayMs = fullJitterDelayMs(reads - 1, betweenReads, random);
      if (reads === mostReads || nowMs + delayMs >= startedMs + limits.maxElapsedMs) {
        throw this.#fail(url, answer, reads);
      }
      await delay(clock, delayMs, stop);
    }
  }

  #fail(url: string, answer: Answer, reads: number): TokenRequestError {
    const { clock, random } = this.#secret;
    const failure = classifyTokenError({
      ...(answer.status === undefined ? {} : answer),
      nowMs: clock.nowMs(),
    });
    const cause = answer.status === undefined ? answer.cause : undefined;
    const error = new TokenRequestError(failure, reads, undefined, cause);
    const failures = (this.#failed.get(url)?.failures ?? 0) + 1;
    const imposedMs = "retryAfterMs" in failure ? (failure.retryAfterMs ?? 0) : 0;
    const pauseMs = Math.max(imposedMs, halfJitterDelayMs(failures - 1, afterFailure, random));
    this.#failed.set(url, { error, failures, untilMs: clock.monotonicMs() + pauseMs });
    return error;
  }
}

/** An answer as MSAL takes it; nothing if it is not JSON. */
export function asNetworkResponse<T>(answer: Answer): NetworkResponse<T> | undefined {
  if (answer.status === undefined) {
    return undefined;
  }
  try {
    const body: unknown = JSON.parse(answer.body);
    return typeof body === "object" && body !== null
      ? { status: answer.status, headers: Object.fromEntries(answer.headers), body: body as T }
      : undefined;
  } catch {
    return undefined;
  }
}
