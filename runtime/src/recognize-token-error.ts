import { classifyTokenError, type TokenFailure, type TokenGrantType } from "./classify-token-error.ts";

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
 * with an OAuth `error`, on the error itself or on its `errorResponse`, `response.data`, `data` or `body`.
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
  const candidates = [thrown.errorResponse, response?.data, thrown.data, thrown.body, response?.body, thrown];
  for (const candidate of candidates) {
    const answer = asObject(candidate);
    const oauthError = answer?.error ?? answer?.errorCode;
    if (answer !== undefined && typeof oauthError === "string" && oauthErrors.has(oauthError)) {
      return classifyTokenError({
        ...context,
        status: firstNumber(thrown.statusCode, thrown.status, response?.status) ?? 400,
        body: JSON.stringify({
          error: oauthError,
          error_description: answer.error_description ?? answer.errorDescription ?? answer.errorMessage,
          error_codes: answer.error_codes ?? answer.errorCodes,
          suberror: answer.suberror ?? answer.subError,
          claims: answer.claims,
          trace_id: answer.trace_id ?? answer.traceId,
          correlation_id: answer.correlation_id ?? answer.correlationId,
        }),
      });
    }
  }
  return undefined;
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
