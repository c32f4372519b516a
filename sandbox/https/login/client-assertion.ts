import { createHash } from "node:crypto";
import {
  decodeJwt,
  decodeProtectedHeader,
  importX509,
  type JWTPayload,
  errors as joseErrors,
  jwtVerify,
} from "jose";
import { certificateOf } from "../../entra/key-credentials.ts";
import type { KeyCredential } from "../../entra/state.ts";
import type { FaceServices } from "../services.ts";
import type { UsedCredential } from "./client-proof.ts";
import { requireFederatedAssertion } from "./federated-assertion.ts";
import { signInErrors } from "./sign-in-errors.ts";
import type { TokenClient } from "./token-client.ts";

export const JWT_BEARER_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

type Services = Pick<FaceServices, "store" | "clock" | "addresses" | "fetchJson">;

export interface PresentedAssertion {
  assertion: string;
  type: string | undefined;
  /** The tenant as the request's path names it. */
  tenantName: string;
}

/**
 * Checks an assertion that stands in for a secret: one that the client has signed with the key of a
 * certificate it registered, or a token of an outside identity that it is federated with.
 * @see https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 * @returns the certificate that it was signed with; undefined for a federated identity
 * @throws SignInError when it proves nothing
 */
export async function requireClientAssertion(
  client: TokenClient,
  { assertion, type, tenantName }: PresentedAssertion,
  services: Services,
): Promise<UsedCredential | undefined> {
  if (type !== JWT_BEARER_TYPE) throw signInErrors.assertionTypeWrong();
  const { header, claims } = decode(assertion);
  if (header.x5t === undefined && header["x5t#S256"] === undefined && claims.iss !== client.appId) {
    await requireFederatedAssertion(client, assertion, claims, services);
    return undefined;
  }
  const thumbprint = String(header["x5t#S256"] ?? header.x5t ?? header.kid ?? "");
  const { credential, credentialOrigin } = credentialOf(client, thumbprint);
  if (credential === undefined) throw signInErrors.assertionKeyUnknown(thumbprint);
  await requireSignature(assertion, credential, header.alg ?? "RS256", thumbprint);
  const { store, clock, addresses } = services;
  if (claims.iss !== client.appId || claims.sub !== client.appId) throw signInErrors.assertionIssuerWrong();
  requireAudience(claims, addresses.origin, [tenantName, store.state.entra.tenant.id]);
  requireAssertionTime(claims, services);
  if (clock.nowMs() >= Date.parse(credential.endDateTime)) throw signInErrors.certificateExpired(thumbprint);
  return { keyId: credential.keyId, keyType: "certificate", credentialOrigin };
}

/**
 * Holds an assertion's times against the sandbox clock, if the directory is set up to.
 * @throws SignInError when it is too early or too late
 */
export function requireAssertionTime(
  { nbf, exp, iat }: JWTPayload,
  { store, clock }: Pick<FaceServices, "store" | "clock">,
): void {
  if (!store.state.entra.settings.checkAssertionTimes) return;
  const nowMs = clock.nowMs();
  const fromMs = (nbf ?? iat ?? 0) * 1000;
  const untilMs = (exp ?? 0) * 1000;
  if (nowMs < fromMs || nowMs >= untilMs) {
    const text = (ms: number) => new Date(ms).toISOString();
    throw signInErrors.assertionNotInTime(text(nowMs), text(fromMs), text(untilMs));
  }
}

function decode(assertion: string) {
  try {
    const header: Record<string, unknown> & { alg?: string } = decodeProtectedHeader(assertion);
    return { header, claims: decodeJwt(assertion) };
  } catch {
    throw signInErrors.assertionUnreadable();
  }
}

function credentialOf({ application, principal }: TokenClient, thumbprint: string) {
  const ofApplication = application?.keyCredentials.find((each) => hasThumbprint(each, thumbprint));
  if (ofApplication !== undefined) {
    return { credential: ofApplication, credentialOrigin: "application" as const };
  }
  const credential = principal.keyCredentials.find((each) => hasThumbprint(each, thumbprint));
  return { credential, credentialOrigin: "servicePrincipal" as const };
}

function hasThumbprint({ key }: KeyCredential, thumbprint: string): boolean {
  const { raw } = certificateOf(key);
  return ["sha1", "sha256"].some(
    (hash) => createHash(hash).update(raw).digest("base64url") === thumbprint.replace(/=+$/, ""),
  );
}

async function requireSignature(
  assertion: string,
  { key }: KeyCredential,
  algorithm: string,
  thumbprint: string,
): Promise<void> {
  const publicKey = await importX509(certificateOf(key).toString(), algorithm);
  try {
    // Its times are looked at afterwards, and by the sandbox clock: here they must not stand in the way.
    await jwtVerify(assertion, publicKey, {
      algorithms: ["RS256", "PS256"],
      currentDate: momentWithin(decodeJwt(assertion)),
    });
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) throw signInErrors.assertionSignatureWrong(thumbprint);
    throw error;
  }
}

/** A moment at which the token is valid by its own words. */
export function momentWithin({ nbf, exp }: JWTPayload): Date {
  return new Date((nbf ?? (exp === undefined ? 0 : exp - 1)) * 1000);
}

function requireAudience({ aud }: JWTPayload, origin: string, tenants: readonly string[]): void {
  const accepted = tenants.flatMap((tenant) => [
    `${origin}/${tenant}/oauth2/v2.0/token`,
    `${origin}/${tenant}/v2.0`,
    `${origin}/${tenant}`,
    `${origin}/${tenant}/`,
  ]);
  const audiences = aud === undefined ? [] : [aud].flat();
  if (!audiences.some((audience) => accepted.includes(audience))) throw signInErrors.assertionAudienceWrong();
}
