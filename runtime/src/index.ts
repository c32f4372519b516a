export {
  classifyTokenError,
  defaultThrottleMs,
  type TokenErrorDetails,
  type TokenErrorFacts,
  type TokenFailure,
  type TokenFailureKind,
  type TokenGrantType,
} from "./classify-token-error.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type HeaderReader, longestRetryAfterMs, retryAfterMs } from "./retry-after.ts";
export {
  type ClientCredentialsRequest,
  defaultTokenRequestTimeoutMs,
  type Fetch,
  IssuedToken,
  type RequestOptions,
  requestClientCredentialsToken,
  type TokenOutcome,
  tokenEndpoint,
} from "./token-request.ts";
