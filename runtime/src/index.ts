export { defaultRequestTimeoutMs, type Fetch, type RequestOptions } from "./bounded-request.ts";
export type { BreakerOptions, BreakerState } from "./breaker.ts";
export {
  classifyTokenError,
  defaultThrottleMs,
  type TokenErrorDetails,
  type TokenErrorFacts,
  type TokenFailure,
  type TokenFailureKind,
  type TokenGrantType,
} from "./classify-token-error.ts";
export { ClientSecret, type SecretInfo } from "./client-secret.ts";
export { type Clock, systemClock } from "./clock.ts";
export {
  BreakerOpenError,
  ClosedError,
  ConfigurationError,
  OperationTimeoutError,
  SecretReadError,
  type SecretReadFailureReason,
  TokenRequestError,
  TooManyWaitersError,
} from "./errors.ts";
export type { RuntimeEvent, RuntimeEventListener } from "./events.ts";
export type { Limits } from "./limits.ts";
export { recognizeTokenError } from "./recognize-token-error.ts";
export { type HeaderReader, longestRetryAfterMs, retryAfterMs } from "./retry-after.ts";
export {
  type CallOptions,
  RotatingConfidentialClient,
  type RotatingConfidentialClientOptions,
} from "./rotating-confidential-client.ts";
export {
  RotatingSecret,
  type RotatingSecretStatus,
  type SecretUse,
  type WithClientSecretOptions,
} from "./rotating-secret.ts";
export {
  RotatingSecretCredential,
  type RotatingSecretCredentialOptions,
} from "./rotating-secret-credential.ts";
export type { RotatingSecretOptions } from "./rotating-secret-options.ts";
export { type EnvironmentSourceOptions, environmentSource } from "./sources/environment-source.ts";
export { type FileSourceOptions, fileSource } from "./sources/file-source.ts";
export { type KeyVaultSourceOptions, keyVaultSource } from "./sources/key-vault-source.ts";
export type { ReadOptions, SecretSource } from "./sources/secret-source.ts";
export {
  type ClientCredentialsRequest,
  IssuedToken,
  requestClientCredentialsToken,
  type TokenOutcome,
  tokenEndpoint,
} from "./token-request.ts";
