import { consentedScopes, recordConsent } from "../../entra/permission-grants.ts";
import { hashOfSecret } from "../../entra/secret-value.ts";
import type { EntraState, SignInState, User } from "../../entra/state.ts";
import { findUser } from "../../entra/users.ts";
import type { FaceAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { AUTHORIZE_PARAMETERS, type AuthorizeRequest, authorizeRequest } from "./authorize-request.ts";
import { escapeHtml, hiddenFields, htmlPage } from "./html.ts";
import { DEFAULT_SCOPE, type RequestedScopes, requestedScopes } from "./requested-scopes.ts";
import { SignInError } from "./sign-in-error.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { requireTenant } from "./tenant.ts";

/** Entra's codes are good for about ten minutes. */
const CODE_LIFETIME_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

type Services = Pick<FaceServices, "store" | "clock" | "randomness" | "addresses">;

const DOCUMENTATION = "https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow";
const PATH = "/:tenant/oauth2/v2.0/authorize";

/** The page on which somebody signs in as one of the tenant's users, and consents. */
export const authorizePage: Operation = {
  name: "login.authorize",
  method: "GET",
  path: PATH,
  documentation: DOCUMENTATION,
  handle: async ({ url, params }, services: Services) =>
    shown(async () => {
      const { entra } = services.store.state;
      requireTenant(entra, params.tenant ?? "");
      const request = authorizeRequest(entra, url.searchParams);
      return redirecting(request, async () => {
        const requested = requestedScopes(entra, request.scope, services.addresses);
        const user = hintedUser(entra, request);
        const agreed = user !== undefined && hasConsented(entra, request, requested, user);
        if (agreed && request.prompt !== "consent" && request.prompt !== "login") {
          return signedIn(request, requested, user, services);
        }
        if (request.prompt === "none") throw interactionRequired();
        return page(entra, request, url.searchParams);
      });
    }),
};

/** The page's form: the choice of a user, and the consent. */
export const signIn: Operation = {
  name: "login.signIn",
  method: "POST",
  path: PATH,
  documentation: DOCUMENTATION,
  handle: async ({ body, params }, services: Services) =>
    shown(async () => {
      const { entra } = services.store.state;
      requireTenant(entra, params.tenant ?? "");
      const form = new URLSearchParams(body.toString("utf8"));
      const request = authorizeRequest(entra, form);
      return redirecting(request, async () => {
        if (form.get("decision") === "refuse") throw consentRefused();
        const name = form.get("username") ?? "";
        const user = findUser(entra, name);
        if (user === undefined) throw signInErrors.userUnknown(name, entra.tenant.displayName);
        if (!user.accountEnabled) throw signInErrors.userDisabled();
        return signedIn(request, requestedScopes(entra, request.scope, services.addresses), user, services);
      });
    }),
};

/** Records the consent, and sends the browser back with a code. */
async function signedIn(
  request: AuthorizeRequest,
  { resource, permissions }: RequestedScopes,
  user: User,
  { store, clock, randomness }: Services,
): Promise<FaceAnswer> {
  const { client, redirectUri, scope, codeChallenge, codeChallengeMethod, nonce } = request;
  const code = `0.A${Buffer.from(randomness.bytes(64)).toString("base64url")}`;
  const nowMs = clock.nowMs();
  await store.update(({ entra }) => {
    const scopes = permissions.filter((permission) => permission !== DEFAULT_SCOPE);
    const consent = { clientId: client.principal.id, resourceId: resource.id, userId: user.id, scopes };
    if (scopes.length > 0) recordConsent(entra, consent, { nowMs, randomness });
    forgetOldCodes(entra.signIn, nowMs);
    entra.signIn.authorizationCodes[hashOfSecret(code)] = {
      clientId: client.appId,
      userId: user.id,
      redirectUri,
      scopes: scope.split(/\s+/),
      codeChallenge,
      codeChallengeMethod,
      nonce,
      expiresAtMs: nowMs + CODE_LIFETIME_MS,
      redeemed: false,
    };
  });
  return sentBack(request, { code });
}

/** Codes stay for a day after they have expired, so that they can be refused in the right words. */
function forgetOldCodes({ authorizationCodes }: SignInState, nowMs: number): void {
  for (const [key, { expiresAtMs }] of Object.entries(authorizationCodes)) {
    if (expiresAtMs + DAY_MS < nowMs) delete authorizationCodes[key];
  }
}

function hintedUser(entra: EntraState, { loginHint }: AuthorizeRequest): User | undefined {
  const user = loginHint === null ? undefined : findUser(entra, loginHint);
  return user?.accountEnabled === true ? user : undefined;
}

function hasConsented(
  entra: EntraState,
  { client }: AuthorizeRequest,
  { resource, permissions }: RequestedScopes,
  user: User,
): boolean {
  const consented = consentedScopes(entra, {
    clientId: client.principal.id,
    resourceId: resource.id,
    userId: user.id,
  }).map((scope) => scope.toLowerCase());
  return permissions.every(
    (permission) => permission === DEFAULT_SCOPE || consented.includes(permission.toLowerCase()),
  );
}

function page(entra: EntraState, { client, scope }: AuthorizeRequest, asked: URLSearchParams): FaceAnswer {
  const users = Object.values(entra.users).filter(({ accountEnabled }) => accountEnabled);
  const handedOn = AUTHORIZE_PARAMETERS.flatMap((name) => {
    const value = asked.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const scopes = scope.split(/\s+/).map((name) => `<li>${escapeHtml(name)}</li>`);
  const buttons = users.map(
    ({ userPrincipalName, displayName }) =>
      `<button name="username" value="${escapeHtml(userPrincipalName)}">${escapeHtml(displayName)}<br>` +
      `<small>${escapeHtml(userPrincipalName)}</small></button>`,
  );
  const nobody = "<p>This tenant has no user yet.</p>";
  return html(
    200,
    htmlPage(
      "Sign in to the sandbox",
      `<p><strong>${escapeHtml(client.displayName)}</strong> asks for:</p>
<ul>${scopes.join("")}</ul>
<form method="post">
${hiddenFields(handedOn)}
${buttons.length === 0 ? nobody : `<p>Sign in and consent as:</p>\n${buttons.join("\n")}`}
<button name="decision" value="refuse">Refuse</button>
</form>`,
    ),
  );
}

/** What goes wrong before the redirect URI is known to be the client's is shown to the reader. */
async function shown(answer: () => Promise<FaceAnswer>): Promise<FaceAnswer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    return html(
      error.args.status,
      htmlPage("Sorry, but we’re having trouble signing you in.", `<p>${escapeHtml(error.message)}</p>`),
    );
  }
}

/** What goes wrong afterwards is told to the client. */
async function redirecting(
  request: AuthorizeRequest,
  answer: () => Promise<FaceAnswer>,
): Promise<FaceAnswer> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof SignInError)) throw error;
    return sentBack(request, { error: error.args.error, error_description: error.message });
  }
}

function sentBack(
  { redirectUri, responseMode, state }: AuthorizeRequest,
  values: Record<string, string>,
): FaceAnswer {
  const parameters = { ...values, ...(state === null ? {} : { state }) };
  if (responseMode === "form_post") {
    const form = `<form method="post" action="${escapeHtml(redirectUri)}">
${hiddenFields(Object.entries(parameters))}
<button>Continue</button>
</form>
<script>document.forms[0].submit()</script>`;
    return html(200, htmlPage("Working", form));
  }
  const location = new URL(redirectUri);
  if (responseMode === "fragment") {
    location.hash = new URLSearchParams(parameters).toString();
  } else {
    for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value);
  }
  return { status: 302, headers: { location: location.href } };
}

function html(status: number, body: string): FaceAnswer {
  return { status, headers: { "content-type": "text/html; charset=utf-8" }, body };
}

function interactionRequired(): SignInError {
  return new SignInError({
    status: 400,
    error: "interaction_required",
    code: 50058,
    message: "A silent sign-in request was sent but no user is signed in.",
  });
}

function consentRefused(): SignInError {
  return new SignInError({
    status: 400,
    error: "access_denied",
    code: 65004,
    message: "User declined to consent to access the app.",
  });
}
