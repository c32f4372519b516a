import {
  createDefaultHttpClient,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  decompressResponsePolicy,
  type HttpMethods,
  type Pipeline,
  type PipelineResponse,
  proxyPolicy,
  RestError,
  type RetryStrategy,
  retryPolicy,
  userAgentPolicy,
} from "@azure/core-rest-pipeline";
import { attemptLimitPolicy } from "../audit/graph/client.ts";
import { graphRetryStrategy, MAX_RETRIES, type RetryTiming } from "../audit/graph/retry.ts";
import { safeLongText } from "../safe-long-text.ts";

/** How long one attempt may take, to the last byte of the answer. */
const ATTEMPT_TIMEOUT_MS = 30_000;

export interface RestClientArgs {
  /** The API's root, e.g. `https://api.github.com`. The token is sent nowhere else. */
  baseUrl: string;
  /** The name of the service, for messages. */
  service: string;
  /** What each request carries, the token among it. */
  headers: Readonly<Record<string, string>>;
  /** From 0 to 1, for the pauses between attempts. */
  random: () => number;
  nowMs: () => number;
  attemptTimeoutMs?: number;
  retryTiming?: RetryTiming;
}

export interface RestRequest {
  method?: HttpMethods;
  /** Below the root, with its query; or an address below the root, as a page's link to the next has it. */
  path: string;
  body?: unknown;
  contentType?: string;
}

export interface RestAnswer {
  json: unknown;
  /** The address of the next page, from the `Link` header (RFC 8288). */
  next: string | undefined;
}

/** A request to a forge that was not answered as it should. */
export class ForgeRequestError extends Error {
  override readonly name = "ForgeRequestError";
  /** Undefined if no answer came. */
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }

  /** Whether the request may have been carried out all the same. */
  get isUncertain(): boolean {
    return this.status === undefined || this.status >= 500;
  }
}

/**
 * Asks a forge's REST API. Every attempt has a time limit; throttled requests wait as long as they are told to.
 * Creations are not repeated blindly: the answer to one that was carried out may have been lost.
 */
export class RestClient {
  readonly #args: RestClientArgs;
  readonly #pipeline: Pipeline;
  readonly #http = createDefaultHttpClient();

  constructor(args: RestClientArgs) {
    this.#args = args;
    this.#pipeline = createEmptyPipeline();
    const { random, nowMs, retryTiming, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS } = args;
    for (const policy of [
      proxyPolicy(),
      userAgentPolicy({ userAgentPrefix: "keyturn" }),
      decompressResponsePolicy(),
      retryPolicy([forgeRetryStrategy(random, nowMs, retryTiming)], { maxRetries: MAX_RETRIES }),
      attemptLimitPolicy(attemptTimeoutMs),
    ]) {
      this.#pipeline.addPolicy(policy);
    }
  }

  /** @throws ForgeRequestError for any answer but a success, and where none comes. */
  async send({
    method = "GET",
    path,
    body,
    contentType = "application/json",
  }: RestRequest): Promise<RestAnswer> {
    const { service, headers } = this.#args;
    const url = this.#address(path);
    const request = createPipelineRequest({
      url: url.href,
      method,
      headers: createHttpHeaders({ accept: "application/json", ...headers }),
      // Only where nobody else listens: an emulator on this machine.
      allowInsecureConnection: isLoopback(url.hostname),
    });
    if (body !== undefined) {
      request.headers.set("content-type", contentType);
      request.body = JSON.stringify(body);
    }
    const question = `${method} ${url.pathname}`;
    try {
      const response = await this.#pipeline.sendRequest(this.#http, request);
      if (response.status < 200 || response.status > 299) throw refusal(service, question, response);
      return { json: parsed(service, question, response), next: nextPage(response.headers.get("link")) };
    } catch (error) {
      if (!(error instanceof RestError)) throw error;
      const message = `${service} did not answer ${question}: ${error.code ?? "no connection"}`;
      throw new ForgeRequestError(message, undefined, { cause: error });
    }
  }

  #address(path: string): URL {
    const root = new URL(this.#args.baseUrl.replace(/\/*$/, "/"));
    const url = /^https?:/.test(path) ? new URL(path) : new URL(path.replace(/^\/+/, ""), root);
    if (url.origin !== root.origin || !url.pathname.startsWith(root.pathname)) {
      throw new ForgeRequestError(
        `${this.#args.service} refers to ${url.origin}, to which no token is sent`,
        400,
      );
    }
    return url;
  }
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/i.test(hostname);
}

function parsed(service: string, question: string, { status, bodyAsText }: PipelineResponse): unknown {
  if (status === 204 || bodyAsText == null || bodyAsText === "") return undefined;
  try {
    return JSON.parse(bodyAsText);
  } catch {
    throw new ForgeRequestError(`${service} answered ${question} with what is no JSON`, undefined);
  }
}

/** What was refused and why, in the service's own word for it; nothing else of the answer. */
function refusal(
  service: string,
  question: string,
  { status, bodyAsText }: PipelineResponse,
): ForgeRequestError {
  let reason = "";
  try {
    const { message } = JSON.parse(bodyAsText ?? "") as { message?: unknown };
    if (typeof message === "string") reason = `: ${safeLongText(message.slice(0, 300))}`;
  } catch {
    // A page of a proxy: its status has to do.
  }
  return new ForgeRequestError(`${service} refused ${question} (${status}${reason})`, status);
}

function nextPage(link: string | undefined): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/.exec(link ?? "")?.[1];
}

/**
 * Waits out limits, which a forge says before it does anything, and repeats what may be repeated.
 * @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function forgeRetryStrategy(
  random: () => number,
  nowMs: () => number,
  timing: RetryTiming = {},
): RetryStrategy {
  const usual = graphRetryStrategy(random, nowMs, timing);
  const { maxServerDelayMs = 300_000 } = timing;
  return {
    name: "forgeRetryStrategy",
    retry(state) {
      const { response, responseError } = state;
      const headers = response?.headers;
      const isLimited =
        response?.status === 429 ||
        (response?.status === 403 &&
          (headers?.get("retry-after") !== undefined || headers?.get("x-ratelimit-remaining") === "0"));
      if (isLimited && headers?.get("retry-after") === undefined) {
        const resetMs = Number(headers?.get("x-ratelimit-reset") ?? Number.NaN) * 1000 - nowMs();
        if (resetMs > maxServerDelayMs) return { skipStrategy: true };
        if (resetMs > 0) return { retryAfterInMs: Math.ceil(resetMs) };
      }
      if (isLimited) {
        // Under a status that the usual strategy waits for.
        return usual.retry({
          ...state,
          ...(response !== undefined && { response: { ...response, status: 429 } }),
        });
      }
      const method = response?.request.method ?? responseError?.request?.method;
      return method === "POST" ? { skipStrategy: true } : usual.retry(state);
    },
  };
}
