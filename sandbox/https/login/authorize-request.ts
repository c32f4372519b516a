import { applicationOfClient } from "../../entra/application-lookup.ts";
import type { Application, EntraState } from "../../entra/state.ts";
import { Unsupported } from "../unsupported.ts";
import { SignInError } from "./sign-in-error.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { requireClient, type TokenClient } from "./token-client.ts";

/** What a client asks of the sign-in page. */
export interface AuthorizeRequest {
  client: TokenClient;
  redirectUri: string;
  scope: string;
  state: string | null;
  nonce: string | null;
  responseMode: "query" | "fragment" | "form_post";
  codeChallenge: string | null;
  codeChallengeMethod: "S256" | "plain" | null;
  loginHint: string | null;
  prompt: string | null;
}

/** The parameters that the page hands on to its own form. */
export const AUTHORIZE_PARAMETERS = [
  "client_id",
  "response_type",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "response_mode",
  "code_challenge",
  "code_challenge_method",
  "login_hint",
  "prompt",
] as const;

/**
 * Reads a request to the sign-in page.
 * @throws SignInError for what must be shown on the page, since the redirect URI cannot be trusted yet
 */
export function authorizeRequest(entra: EntraState, parameters: URLSearchParams): AuthorizeRequest {
  const get = (name: (typeof AUTHORIZE_PARAMETERS)[number]) => parameters.get(name) || null;
  const clientId = get("client_id");
  if (clientId === null) throw signInErrors.parameterMissing("client_id");
  const client = requireClient(entra, clientId);
  const redirectUri = get("redirect_uri");
  if (redirectUri === null) throw signInErrors.parameterMissing("redirect_uri");
  const application = applicationOfClient(entra, clientId);
  if (
    application === undefined ||
    !redirectUrisOf(application).some((known) => isSameRedirect(known, redirectUri))
  ) {
    throw signInErrors.redirectUriUnknown(redirectUri, client.appId);
  }
  const responseType = get("response_type");
  if (responseType !== "code") {
    if (responseType === null) throw signInErrors.parameterMissing("response_type");
    throw new Unsupported(`sign-in page: response type ${responseType}`);
  }
  const scope = get("scope");
  if (scope === null) throw signInErrors.parameterMissing("scope");
  const responseMode = get("response_mode") ?? "query";
  if (!isOneOf(responseMode, ["query", "fragment", "form_post"] as const)) throw signInErrors.malformed();
  const codeChallenge = get("code_challenge");
  const method = get("code_challenge_method") ?? "plain";
  if (!isOneOf(method, ["S256", "plain"] as const)) throw challengeMethodUnknown(method);
  return {
    client,
    redirectUri,
    scope,
    state: get("state"),
    nonce: get("nonce"),
    responseMode,
    codeChallenge,
    codeChallengeMethod: codeChallenge === null ? null : method,
    loginHint: get("login_hint"),
    prompt: get("prompt"),
  };
}

function challengeMethodUnknown(method: string): SignInError {
  return new SignInError({
    status: 400,
    error: "invalid_request",
    code: 50147,
    message: `The size of the Code_Challenge parameter or its method is not valid: '${method}'. Supported methods: S256, plain.`,
  });
}

function redirectUrisOf(application: Application): string[] {
  return ["web", "publicClient", "spa"].flatMap((platform) => {
    const settings = application.properties[platform];
    if (typeof settings !== "object" || settings === null || !("redirectUris" in settings)) return [];
    return Array.isArray(settings.redirectUris) ? settings.redirectUris.map(String) : [];
  });
}

/**
 * Whether a redirect URI is the registered one. On localhost, any port will do:
 * https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 */
function isSameRedirect(known: string, asked: string): boolean {
  if (known === asked) return true;
  if (!URL.canParse(known) || !URL.canParse(asked)) return false;
  const [a, b] = [new URL(known), new URL(asked)];
  return (
    a.protocol === "http:" &&
    a.protocol === b.protocol &&
    ["localhost", "127.0.0.1"].includes(a.hostname) &&
    a.hostname === b.hostname &&
    a.pathname === b.pathname
  );
}

function isOneOf<const T extends string>(value: string, allowed: readonly T[]): value is T {
  return (allowed as readonly string[]).includes(value);
}
