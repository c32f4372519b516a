import { logSignIn } from "../../logs/sign-in-log.ts";
import { type FaceAnswer, type FaceRequest, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { Unsupported } from "../unsupported.ts";
import { redeemAuthorizationCode } from "./authorization-code-grant.ts";
import { grantClientCredentials } from "./client-credentials-grant.ts";
import { grantOnBehalfOf } from "./on-behalf-of-grant.ts";
import { redeemRefreshToken } from "./refresh-token-grant.ts";
import { SignInError } from "./sign-in-error.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { requireTenant } from "./tenant.ts";
import { TokenForm } from "./token-request.ts";

/** One way to a token. Returns the answer's body. */
export type Grant = (form: TokenForm, tenantName: string, services: FaceServices) => Promise<object>;

const GRANTS: Record<string, Grant> = {
  client_credentials: grantClientCredentials,
  authorization_code: redeemAuthorizationCode,
  refresh_token: redeemRefreshToken,
  "urn:ietf:params:oauth:grant-type:jwt-bearer": grantOnBehalfOf,
};

/** Grants of Entra's that are not emulated. */
const OTHER_GRANTS = [
  "password",
  "device_code",
  "urn:ietf:params:oauth:grant-type:device_code",
  "urn:ietf:params:oauth:grant-type:saml2-bearer",
];

/** Where tokens come from. */
export const token: Operation = {
  name: "login.token",
  method: "POST",
  path: "/:tenant/oauth2/v2.0/token",
  documentation: "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow",
  handle: async (request: FaceRequest, services: FaceServices): Promise<FaceAnswer> => {
    const tenantName = request.params.tenant ?? "";
    requireTenant(services.store.state.entra, tenantName);
    const form = new TokenForm(request);
    const grantType = form.require("grant_type");
    if (OTHER_GRANTS.includes(grantType)) throw new Unsupported(`token endpoint: grant type ${grantType}`);
    const grant = GRANTS[grantType];
    if (grant === undefined) throw signInErrors.grantTypeUnknown(grantType);
    const logOutcome = (refusal?: { code: number; description: string }) =>
      logSignIn(services.store, {
        requestId: request.id,
        grantType,
        clientId: form.get("client_id"),
        userGrant: form.get("code") ?? form.get("refresh_token"),
        refusal,
      });
    try {
      const answer = jsonAnswer(200, await grant(form, tenantName, services));
      logOutcome();
      return answer;
    } catch (error) {
      if (error instanceof SignInError)
        logOutcome({ code: error.args.code, description: error.args.message });
      throw error;
    }
  },
};
