import { listenForAbort } from "./abort.ts";
import { type Clock, systemClock } from "./clock.ts";

/** Longest answer that is read, in bytes; those of a token endpoint have a few thousand. */
const longestAnswerBytes = 1_048_576;

/** The default time for one request, in milliseconds. */
export const defaultRequestTimeoutMs = 10_000;

/** The part of the global `fetch` that the library uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** How requests reach the outside world. */
export interface RequestOptions {
  /** Time until the request, its answer included, is given up; milliseconds, default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Gives the request up at once; the returned promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Default: the machine's clock. */
  readonly clock?: Clock | undefined;
}

/** What a server answered, or that it did not. */
export type Answer =
  | { readonly status: number; readonly headers: Headers; readonly body: string }
  | {
      readonly status?: undefined;
      /** The system's or TLS library's word for it (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), or `timeout`. */
      readonly cause: string;
    };

/** Posts a form; see {@link sendRequest}. */
export function sendForm(
  url: string,
  form: URLSearchParams,
  options: RequestOptions & { readonly headers?: Readonly<Record<string, string>> | undefined } = {},
): Promise<Answer> {
  const headers = {
    accept: "application/json",
    ...options.headers,
    "content-type": "application/x-www-form-urlencoded;charset=utf-8",
  };
  return sendRequest(url, { method: "POST", headers, body: form.toString() }, options);
}

/**
 * Sends one request. Never follows a redirect (it would carry the secret along), reads a bounded answer, and turns
 * every failure to get one into a value.
 *
 * @throws the reason of `signal`, if that was aborted.
 */
export async function sendRequest(
  url: string,
  init: RequestInit,
  options: RequestOptions = {},
): Promise<Answer> {
  const { timeoutMs = defaultRequestTimeoutMs, signal, clock = systemClock } = options;
  const send = options.fetch ?? globalThis.fetch;
  signal?.throwIfAborted();
  const abort = new AbortController();
  const stopListening =
    signal === undefined ? undefined : listenForAbort(signal, () => abort.abort(signal.reason));
  let cancelTimer = () => {};
  // A race rather than only an abort: the bound must hold even where a transport ignores its signal.
  const gaveUp = new Promise<never>((_, reject) => {
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason), { once: true });
    cancelTimer = clock.setTimer(() => abort.abort(timedOut), timeoutMs);
  });
  try {
    return await Promise.race([exchange(send, url, { ...init, signal: abort.signal }), gaveUp]);
  } catch (error) {
    signal?.throwIfAborted();
    return { cause: abort.signal.reason === timedOut ? "timeout" : causeOf(error) };
  } finally {
    cancelTimer();
    stopListening?.();
  }
}

const timedOut = new Error("timeout");

async function exchange(send: Fetch, url: string, init: RequestInit): Promise<Answer> {
  const response = await send(url, { ...init, redirect: "manual" });
  return { status: response.status, headers: response.headers, body: await boundedText(response) };
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > longestAnswerBytes) {
      // Leaving the loop cancels the stream. What is cut off cannot be parsed, so it counts as unintelligible.
      break;
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The error code of a failed fetch, which is all that is kept of it: its message may quote the request. */
function causeOf(error: unknown): string {
  for (let depth = 0, cause = error; depth < 5 && cause instanceof Error; depth++, cause = cause.cause) {
    const code: unknown = "code" in cause ? cause.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) {
      return code;
    }
  }
  return "unknown";
}
