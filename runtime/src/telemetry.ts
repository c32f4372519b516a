import {
  type Attributes,
  type BatchObservableResult,
  type Meter,
  type MeterProvider,
  metrics,
  trace,
} from "@opentelemetry/api";
import type { TokenFailure, TokenGrantType } from "./classify-token-error.ts";
import type { SecretInfo } from "./client-secret.ts";
import type { OwnEvent, RuntimeEvent, RuntimeEventListener } from "./events.ts";

/** The instrumentation scope's name. */
export const meterName = "@keyturn/runtime";

const breakerNumbers = { closed: 0, "half-open": 1, open: 2 } as const;

/** Seconds; a token request takes tenths, a hanging one ten. */
const durationBuckets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10];

/** What the gauges read at each collection. */
export interface Gauges {
  /** The current secret. */
  readonly secret: SecretInfo | undefined;
  /** The one that the directory accepted last. */
  readonly inUse: SecretInfo | undefined;
  readonly breaker: keyof typeof breakerNumbers;
  readonly waiters: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The metrics and events of one credential. Attributes are few and chosen. */
export class Telemetry {
  readonly #credential: string;
  readonly #listeners = new Set<RuntimeEventListener>();
  readonly #attributes: Attributes;
  readonly #requests;
  readonly #durations;
  readonly #reads;
  readonly #fallbacks;
  readonly #stopObserving: () => void;

  constructor(credential: string, provider: MeterProvider | undefined, gauges: () => Gauges) {
    this.#credential = credential;
    this.#attributes = { "keyturn.credential": credential };
    const meter = (provider ?? metrics.getMeterProvider()).getMeter(meterName);
    this.#requests = meter.createCounter("keyturn.token.requests", {
      description: "Token requests by outcome",
      unit: "{request}",
    });
    this.#durations = meter.createHistogram("keyturn.token.request.duration", {
      description: "Time of one token request",
      unit: "s",
      advice: { explicitBucketBoundaries: durationBuckets },
    });
    this.#reads = meter.createCounter("keyturn.secret.reads", {
      description: "Reads of the secret source by outcome",
      unit: "{read}",
    });
    this.#fallbacks = meter.createCounter("keyturn.secret.fallbacks", {
      description: "Token requests that succeeded with the previous secret",
      unit: "{request}",
    });
    this.#stopObserving = this.#observe(meter, gauges);
  }

  tokenRequest(grantType: TokenGrantType, failure: TokenFailure | undefined, durationMs: number): void {
    const attributes = {
      ...this.#attributes,
      "keyturn.grant_type": grantType,
      "keyturn.outcome": failure?.kind ?? "ok",
    };
    this.#requests.add(1, attributes);
    this.#durations.record(durationMs / 1000, attributes);
    if (failure !== undefined) {
      const { kind, status, oauthError, codes, traceId, correlationId } = failure;
      const reason = "reason" in failure ? failure.reason : undefined;
      this.event({
        type: "token-request-failed",
        grantType,
        kind,
        reason,
        status,
        oauthError,
        codes,
        traceId,
        correlationId,
      });
    }
  }

  secretRead(outcome: string): void {
    this.#reads.add(1, { ...this.#attributes, "keyturn.outcome": outcome });
  }

  fallback(): void {
    this.#fallbacks.add(1, this.#attributes);
  }

  /** Tells the listeners and the active span. A listener's own failure concerns nobody else. */
  event(own: OwnEvent): void {
    const event = { credential: this.#credential, ...own } as RuntimeEvent;
    trace.getActiveSpan()?.addEvent(`keyturn.${event.type}`, spanAttributes(event));
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // Not ours to handle, and a broken logger must not stop the mail.
      }
    }
  }

  listen(listener: RuntimeEventListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#stopObserving();
    this.#listeners.clear();
  }

  #observe(meter: Meter, gauges: () => Gauges): () => void {
    const age = meter.createObservableGauge("keyturn.secret.age", {
      description: "Time since the current secret was created",
      unit: "s",
    });
    const timeToExpiry = meter.createObservableGauge("keyturn.secret.time_to_expiry", {
      description: "Time until the current secret expires; negative once it has",
      unit: "s",
    });
    const generation = meter.createObservableGauge("keyturn.secret.generation", {
      description: "Generation of the secret in use: the one that the directory accepted last",
    });
    const breaker = meter.createObservableGauge("keyturn.breaker.state", {
      description: "0 closed, 1 half-open, 2 open",
    });
    const waiters = meter.createObservableGauge("keyturn.token.waiters", {
      description: "Callers that wait for a token",
      unit: "{caller}",
    });
    const instruments = [age, timeToExpiry, generation, breaker, waiters];
    const collect = (result: BatchObservableResult) => {
      const { secret, inUse, breaker: state, waiters: waiting, nowMs } = gauges();
      result.observe(breaker, breakerNumbers[state], this.#attributes);
      result.observe(waiters, waiting, this.#attributes);
      if (secret?.createdAtMs !== undefined) {
        result.observe(age, (nowMs - secret.createdAtMs) / 1000, this.#attributes);
      }
      if (secret?.expiresAtMs !== undefined) {
        result.observe(timeToExpiry, (secret.expiresAtMs - nowMs) / 1000, this.#attributes);
      }
      const inUseOrCurrent = (inUse ?? secret)?.generation;
      if (inUseOrCurrent !== undefined) {
        result.observe(generation, inUseOrCurrent, this.#attributes);
      }
    };
    meter.addBatchObservableCallback(collect, instruments);
    return () => meter.removeBatchObservableCallback(collect, instruments);
  }
}

/** The event's plain members; those of a secret's description get its name in front. */
function spanAttributes(event: RuntimeEvent): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(event)) {
    if (typeof value === "string" || typeof value === "number") {
      attributes[`keyturn.${name}`] = value;
    } else if (Array.isArray(value)) {
      attributes[`keyturn.${name}`] = value;
    } else if (name === "secret") {
      attributes["keyturn.secret.version"] = (value as SecretInfo).version;
      attributes["keyturn.secret.generation"] = (value as SecretInfo).generation ?? 0;
    }
  }
  return attributes;
}
