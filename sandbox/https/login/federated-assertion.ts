import {
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWTPayload,
  errors as joseErrors,
  jwtVerify,
} from "jose";
import type { EntraState } from "../../entra/state.ts";
import type { FaceServices } from "../services.ts";
import { momentWithin, requireAssertionTime } from "./client-assertion.ts";
import { signInErrors } from "./sign-in-errors.ts";
import { federatedCredentialsOf, type TokenClient } from "./token-client.ts";

type Services = Pick<FaceServices, "store" | "clock" | "fetchJson">;

/**
 * Checks a token of an outside identity that the client is federated with.
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 * @throws SignInError when no federated credential names it, or its signature is not its issuer's
 */
export async function requireFederatedAssertion(
  client: TokenClient,
  assertion: string,
  claims: JWTPayload,
  services: Services,
): Promise<void> {
  const { iss = "", sub = "", aud } = claims;
  const audiences = aud === undefined ? [] : [aud].flat();
  const ofIssuer = federatedCredentialsOf(services.store.state, client).filter(
    ({ issuer }) => issuer === iss,
  );
  if (ofIssuer.length === 0) throw signInErrors.federationIssuerUnknown(iss);
  const ofSubject = ofIssuer.filter(({ subject }) => subject === sub);
  if (ofSubject.length === 0) throw signInErrors.federationSubjectUnknown(sub);
  if (!ofSubject.some((credential) => credential.audiences.some((each) => audiences.includes(each)))) {
    throw signInErrors.federationAudienceUnknown(audiences.join(" "));
  }
  const keys = createLocalJWKSet(await keysOf(iss, services));
  try {
    await jwtVerify(assertion, keys, { currentDate: momentWithin(claims) });
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) throw signInErrors.assertionKeyUnknown("");
    throw error;
  }
  requireAssertionTime(claims, services);
}

async function keysOf(issuer: string, { store, fetchJson }: Services): Promise<JSONWebKeySet> {
  const registered = testIssuerOf(store.state.entra, issuer);
  if (registered !== undefined) return registered;
  try {
    const base = issuer.replace(/\/$/, "");
    const configuration = await fetchJson(`${base}/.well-known/openid-configuration`);
    const keys = await fetchJson(textIn(configuration, "jwks_uri"));
    if (typeof keys === "object" && keys !== null && "keys" in keys && Array.isArray(keys.keys)) {
      return { keys: keys.keys };
    }
  } catch {
    // Told in the same words as keys that are no keys.
  }
  throw signInErrors.issuerUnreachable(issuer);
}

function testIssuerOf(entra: EntraState, issuer: string): JSONWebKeySet | undefined {
  const registered = entra.signIn.testIssuers[issuer];
  // jose wants to own what it is given, and the state is frozen.
  return registered === undefined ? undefined : (structuredClone(registered) as JSONWebKeySet);
}

function textIn(document: unknown, name: string): string {
  const value =
    typeof document === "object" && document !== null
      ? (document as Record<string, unknown>)[name]
      : undefined;
  if (typeof value !== "string") throw new TypeError(`the issuer's configuration has no ${name}`);
  return value;
}
