import { setTimeout as delay } from "node:timers/promises";
import type { TokenCredential } from "@azure/core-auth";
import {
  bearerTokenAuthenticationPolicy,
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type HttpMethods,
  type Pipeline,
  type PipelinePolicy,
  type PipelineResponse,
  proxyPolicy,
  RestError,
  retryPolicy,
  setClientRequestIdPolicy,
  userAgentPolicy,
} from "@azure/core-rest-pipeline";
import { errorOfAnswer, GraphError } from "./errors.ts";
import type { PackedBody } from "./packed-body.ts";
import { parsedJson } from "./parsed-json.ts";
import { backoffMs, graphRetryStrategy, MAX_RETRIES, type RetryTiming } from "./retry.ts";
import { type PackedResponse, packedBodyPolicy, wholeBodyPolicy } from "./whole-body.ts";

/** How long one attempt may take, to the last byte of the answer. */
const ATTEMPT_TIMEOUT_MS = 60_000;
/** How often what was broken on its way is asked for again. */
const MOST_BROKEN_ANSWERS = 3;

export interface GraphClientArgs {
  /** Where Graph is, without a path: `https://graph.microsoft.com`. */
  origin: string;
  credential: TokenCredential;
  /** What its tokens are for, where that is not the origin: e.g. `https://management.azure.com` in every region. */
  audience?: string;
  /** From 0 to 1, for the pauses between attempts. */
  random: () => number;
  nowMs: () => number;
  attemptTimeoutMs?: number;
  retryTiming?: RetryTiming;
}

export interface GraphRequest {
  /** Under the origin (`/v1.0/applications?…`), or the address that Graph gave for the next page. */
  url: string;
  /**
   * For Graph's advanced queries, which are answered from an index that lags behind a little
   * (https://learn.microsoft.com/graph/aad-advanced-queries).
   */
  eventual?: boolean;
  /** Default: GET, or POST where there is a body. */
  method?: HttpMethods;
  /** Sent as JSON. */
  body?: unknown;
}

export interface GraphAnswer {
  text: string;
  /** The directory's clock, from the `Date` header. */
  dateMs: number | undefined;
}

/** What could be read of an answer: a value, of which some part may have been lost, or nothing that is JSON. */
export type Reading<T> = { value: T; isWhole: boolean } | { brokenLength: number };

/**
 * Asks Microsoft Graph: tokens are got and renewed, every attempt has a time limit, and what is worth it is
 * tried again (`retry.ts`). Built on the pipeline of the Azure SDKs, and so honours the proxy settings of the
 * environment. A token is never sent anywhere but to `origin`.
 */
export class GraphClient {
  readonly origin: string;
  readonly #pipeline: Pipeline;
  /** The same, and bodies are left packed. */
  readonly #packedPipeline: Pipeline;
  readonly #http = createDefaultHttpClient();
  readonly #stopped = new AbortController();
  readonly #random: () => number;
  readonly #retryTiming: RetryTiming | undefined;

  constructor({
    origin,
    credential,
    audience = origin,
    random,
    nowMs,
    attemptTimeoutMs = ATTEMPT_TIMEOUT_MS,
    retryTiming,
  }: GraphClientArgs) {
    this.origin = origin;
    this.#random = random;
    this.#retryTiming = retryTiming;
    const policies: PipelinePolicy[] = [
      proxyPolicy(),
      userAgentPolicy({ userAgentPrefix: "keyturn-audit" }),
      setClientRequestIdPolicy("client-request-id"),
      retryPolicy([graphRetryStrategy(random, nowMs, retryTiming)], { maxRetries: MAX_RETRIES }),
      bearerTokenAuthenticationPolicy({
        credential: limitedCredential(credential, attemptTimeoutMs),
        scopes: `${audience}/.default`,
      }),
      attemptLimitPolicy(attemptTimeoutMs),
    ];
    this.#pipeline = pipelineOf([...policies, wholeBodyPolicy()]);
    this.#packedPipeline = pipelineOf([...policies, packedBodyPolicy()]);
  }

  /** @throws GraphError for any answer but a success, and where no answer can be had. */
  async send(request: GraphRequest): Promise<GraphAnswer> {
    const { bodyAsText, headers } = await this.#send(this.#pipeline, request);
    const dateMs = Date.parse(headers.get("date") ?? "");
    return { text: bodyAsText ?? "", dateMs: Number.isNaN(dateMs) ? undefined : dateMs };
  }

  /** As `send`, but the body is left as it came. */
  async sendForPacked(request: GraphRequest): Promise<PackedBody> {
    const { packed }: PackedResponse = await this.#send(this.#packedPipeline, request);
    return packed ?? { bytes: new Uint8Array(), isGzip: false };
  }

  async #send(
    pipeline: Pipeline,
    { url, eventual = false, body, method = body === undefined ? "GET" : "POST" }: GraphRequest,
  ): Promise<PipelineResponse> {
    const address = this.#address(url);
    const headers = createHttpHeaders({ accept: "application/json" });
    if (eventual) headers.set("ConsistencyLevel", "eventual");
    if (body !== undefined) headers.set("content-type", "application/json");
    const request = createPipelineRequest({
      url: address.href,
      method,
      headers,
      abortSignal: this.#stopped.signal,
    });
    if (body !== undefined) request.body = JSON.stringify(body);
    const question = `${method} ${address.pathname}`;
    try {
      const response = await pipeline.sendRequest(this.#http, request);
      if (response.status < 200 || response.status > 299)
        throw errorOfAnswer(question, response.status, response.bodyAsText);
      return response;
    } catch (error) {
      if (this.#stopped.signal.aborted) throw new GraphError("the audit was stopped");
      if (!(error instanceof RestError)) throw error;
      const message = `${method} ${address.pathname} failed: ${error.code ?? "no answer"}`;
      throw new GraphError(message, undefined, error.code, { cause: error });
    }
  }

  /** Ends every request that is under way, and those that wait to be tried again, with a GraphError. */
  stop(): void {
    this.#stopped.abort();
  }

  /**
   * A JSON document. What was broken on its way (no JSON) is asked for again, as in `askUntilWhole`.
   * @throws GraphError if none of them is JSON
   */
  sendForJson(request: GraphRequest): Promise<unknown> {
    return this.askUntilWhole(request, async () => {
      const { text } = await this.send(request);
      const document = parsedJson(text);
      return document === undefined ? { brokenLength: text.length } : { ...document, isWhole: true };
    });
  }

  /**
   * What was broken on its way is asked for again, a few times, after pauses: a proxy in trouble answers with its own
   * page, and says that all is well.
   * @param ask sends the request and reads the answer.
   * @returns the last value, even if it is not whole: whoever asked says what is wrong with it.
   * @throws GraphError if the last answer could not be read at all.
   */
  async askUntilWhole<T>(request: GraphRequest, ask: () => Promise<Reading<T>>): Promise<T> {
    for (let again = 0; ; again++) {
      const reading = await ask();
      const isLast = again === MOST_BROKEN_ANSWERS;
      if ("value" in reading) {
        if (reading.isWhole || isLast) return reading.value;
      } else if (isLast) {
        const { pathname } = this.#address(request.url);
        throw new GraphError(
          `GET ${pathname} answered ${again + 1} times with what is no JSON (${reading.brokenLength} characters)`,
        );
      }
      await this.#pause(again);
    }
  }

  /** Of the length that a failed request would wait. */
  async #pause(again: number): Promise<void> {
    try {
      await delay(backoffMs(again, this.#random, this.#retryTiming), undefined, {
        signal: this.#stopped.signal,
      });
    } catch {
      throw new GraphError("the audit was stopped");
    }
  }

  #address(url: string): URL {
    const address = URL.canParse(url, this.origin) ? new URL(url, this.origin) : undefined;
    // A page's link to the next one decides where the token goes: nowhere else.
    if (address === undefined || address.origin !== new URL(this.origin).origin) {
      throw new GraphError(
        `Graph refers to ${address?.origin ?? "no valid address"} instead of ${this.origin}`,
      );
    }
    return address;
  }
}

function pipelineOf(policies: readonly PipelinePolicy[]): Pipeline {
  const pipeline = createEmptyPipeline();
  for (const policy of policies) pipeline.addPolicy(policy);
  return pipeline;
}

/** Bounds the wait for a token as each attempt is bounded, also where the credential does not look at the signal. */
function limitedCredential(credential: TokenCredential, timeoutMs: number): TokenCredential {
  return {
    getToken: async (scopes, options) => {
      const late = Promise.withResolvers<never>();
      const stop = new AbortController();
      const timer = setTimeout(() => {
        late.reject(new RestError(`no token within ${timeoutMs} ms`, { code: "ETIMEDOUT" }));
        stop.abort();
      }, timeoutMs);
      try {
        const asked = credential.getToken(scopes, { ...options, abortSignal: stop.signal });
        return await Promise.race([asked, late.promise]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** Bounds each attempt, body included: the library's own time limit ends when the headers are there. */
export function attemptLimitPolicy(timeoutMs: number): PipelinePolicy {
  return {
    name: "attemptLimitPolicy",
    async sendRequest(request, next) {
      const outer = request.abortSignal;
      const timeout = AbortSignal.timeout(timeoutMs);
      request.abortSignal = outer instanceof AbortSignal ? AbortSignal.any([outer, timeout]) : timeout;
      try {
        return await next(request);
      } catch (error) {
        if (!timeout.aborted || outer?.aborted === true) throw error;
        throw new RestError(`no answer within ${timeoutMs} ms`, { code: "ETIMEDOUT", request });
      } finally {
        if (outer === undefined) delete request.abortSignal;
        else request.abortSignal = outer;
      }
    },
  };
}
