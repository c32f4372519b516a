import { headerOf, jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { TYPICAL_RETRY_AFTER_SECONDS } from "../typical-failure.ts";
import { authorizePage, signIn } from "./authorize.ts";
import { instanceDiscovery } from "./instance-discovery.ts";
import { jsonWebKeys } from "./json-web-keys.ts";
import { openIdConfiguration } from "./openid-configuration.ts";
import { SignInError, signInErrorAnswer } from "./sign-in-error.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { token } from "./token.ts";

/** The token service: what `login.microsoftonline.com` is in the public cloud. */
export const loginService: Service = {
  name: "login",
  operations: [instanceDiscovery, openIdConfiguration, jsonWebKeys, authorizePage, signIn, token],
  headers: (request) => {
    const correlationId = headerOf(request, "client-request-id");
    return {
      "cache-control": "no-store, no-cache",
      pragma: "no-cache",
      "x-ms-request-id": request.id,
      "x-ms-ests-server": "2.1.0 - sandbox",
      ...(correlationId === undefined ? {} : { "client-request-id": correlationId }),
    };
  },
  refusal: (error, request, { clock, addresses }) =>
    error instanceof SignInError
      ? signInErrorAnswer(error, { request, nowMs: clock.nowMs(), origin: addresses.origin })
      : undefined,
  failure: ({ status, code, message }) => jsonAnswer(status, { error: code, error_description: message }),
  typicalFailure: (status, request, { clock, addresses }) =>
    signInErrorAnswer(typicalError(status), { request, nowMs: clock.nowMs(), origin: addresses.origin }),
};

function typicalError(status: number): SignInError {
  if (status === 429) return signInErrors.throttled(TYPICAL_RETRY_AFTER_SECONDS);
  if (status >= 500) return signInErrors.unavailable(status);
  return signInErrors.requestLoop(status);
}
