import { classifyTokenError, type TokenFailure, type TokenGrantType } from "./classify-token-error.ts";
import type { HeaderReader } from "./retry-after.ts";

/** OAuth errors of a token endpoint (RFC 6749, section 5.2, and OpenID Connect Core, section 3.1.2.6). */
const oauthErrors = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope",
  "invalid_resource",
  "interaction_required",
  "login_required",
  "consent_required",
  "temporarily_unavailable",
  "server_error",
]);

/**
 * Finds a token endpoint's refusal in an error that some other library threw, or undefined if it is about something
 * else. Knows the errors of `@azure/msal-node`, `@azure/identity` and the usual HTTP clients: a refusal is an object
 * with an OAuth `error`, on the error itself or on its `errorResponse`, `response.data`, `data` or `body`. Headers are
 * those of its `response`, or its own.
 */
export function recognizeTokenError(
  error: unknown,
  context: { readonly grantType: TokenGrantType; readonly nowMs: number },
): TokenFailure | undefined {
  if (typeof error !== "object" || error === null) {
    return undefined;
  }
  const thrown = error as Record<string, unknown>;
  const response = asObject(thrown.response);
  const candidates = [
    thrown.errorResponse,
    response?.data,
    thrown.data,
    thrown.body,
    response?.body,
    response?.bodyAsText,
    thrown,
  ];
  for (const candidate of candidates) {
    const answer = asObject(candidate);
    const oauthError = answer?.error ?? answer?.errorCode;
    if (answer !== undefined && typeof oauthError === "string" && oauthErrors.has(oauthError)) {
      const summary = summaryOf(answer.errorMessage);
      const headers = headersOf(response?.headers) ?? headersOf(thrown.headers);
      return classifyTokenError({
        ...context,
        ...(headers === undefined ? {} : { headers }),
        status: firstNumber(thrown.statusCode, thrown.status, response?.status) ?? 400,
        body: JSON.stringify({
          error: oauthError,
          error_description:
            answer.error_description ??
            answer.errorDescription ??
            summary?.description ??
            answer.errorMessage,
          error_codes: answer.error_codes ?? answer.errorCodes ?? summary?.codes ?? numbers(answer.errorNo),
          suberror: answer.suberror ?? answer.subError,
          claims: answer.claims,
          trace_id: answer.trace_id ?? answer.traceId ?? summary?.traceId,
          correlation_id: answer.correlation_id ?? (answer.correlationId || summary?.correlationId),
        }),
      });
    }
  }
  return undefined;
}

interface Summary {
  readonly codes: readonly number[] | undefined;
  readonly description: string | undefined;
  readonly traceId: string | undefined;
  readonly correlationId: string | undefined;
}

/** Takes MSAL's one-line summary of an answer apart: `Error(s): 7000222 - Timestamp: … - Description: AADSTS…`. */
function summaryOf(message: unknown): Summary | undefined {
  if (typeof message !== "string" || !message.startsWith("Error(s): ")) {
    return undefined;
  }
  return {
    codes: numbers(/^Error\(s\): (\d[\d,]*) - /.exec(message)?.[1]),
    description: / - Description: (AADSTS\d+\b)/.exec(message)?.[1],
    traceId: / - Trace ID: ([0-9a-f-]{36})/i.exec(message)?.[1],
    correlationId: / - Correlation ID: ([0-9a-f-]{36})/i.exec(message)?.[1],
  };
}

/** `7000222` or `7000222,50012`, as a list. */
function numbers(list: unknown): number[] | undefined {
  return typeof list === "string" || typeof list === "number"
    ? String(list).split(",").map(Number)
    : undefined;
}

/** Headers as fetch, axios and Azure's SDKs have them (`get`), or as Node has them (a plain object). */
function headersOf(headers: unknown): HeaderReader | undefined {
  if (typeof headers !== "object" || headers === null) {
    return undefined;
  }
  const held = headers as Record<string, unknown> & { get?: unknown };
  const header = (name: string): unknown =>
    typeof held.get === "function"
      ? held.get(name)
      : Object.entries(held).find(([key]) => key.toLowerCase() === name)?.[1];
  return {
    get: (name) => {
      const value = header(name);
      return typeof value === "string" || typeof value === "number" ? String(value) : null;
    },
  };
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  if (typeof value === "string" && value.startsWith("{")) {
    try {
      return asObject(JSON.parse(value));
    } catch {
      return undefined;
    }
  }
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

function firstNumber(...values: unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === "number" && value >= 100 && value < 600);
}
