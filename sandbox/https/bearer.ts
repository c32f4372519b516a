import { type JWTPayload, errors as joseErrors } from "jose";
import { type FaceRequest, headerOf } from "./exchange.ts";
import { audienceAppId } from "./login/resources.ts";
import type { FaceServices } from "./services.ts";

/** Who calls, by the access token. */
export interface Caller {
  kind: "app" | "user";
  /** The client id of the application that the token was given to. */
  appId: string;
  /** Object id: of the application's service principal, or of the user. */
  objectId: string;
  tenantId: string;
  /** Application permissions. */
  roles: string[];
  /** Delegated permissions. */
  scopes: string[];
}

/** Why a token does not get its bearer in. */
export interface RefusedToken {
  reason: "missing" | "malformed" | "signature" | "expired" | "notYetValid" | "audience";
  /** The client understands claims challenges: it can be told to fetch another token. */
  handlesClaimsChallenges: boolean;
}

/** Reads the token of a request that is meant for one resource. */
export async function readBearer(
  request: FaceRequest,
  resourceAppId: string,
  services: TokenServices,
): Promise<{ caller: Caller } | { refused: RefusedToken }> {
  const token = /^Bearer\s+(\S+)$/i.exec(headerOf(request, "authorization") ?? "")?.[1];
  return token === undefined ? refused("missing") : readAccessToken(token, resourceAppId, services);
}

/** What reading a token needs. */
export type TokenServices = Pick<FaceServices, "store" | "clock" | "addresses" | "signingKeys">;

/** Reads a token that is meant for one resource. */
export async function readAccessToken(
  token: string,
  resourceAppId: string,
  { store, clock, addresses, signingKeys }: TokenServices,
): Promise<{ caller: Caller } | { refused: RefusedToken }> {
  let claims: JWTPayload;
  try {
    claims = (await signingKeys.verify(token, clock.nowMs())).payload;
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) return refused("expired", error.payload);
    if (error instanceof joseErrors.JWTClaimValidationFailed) return refused("notYetValid", error.payload);
    return refused(error instanceof joseErrors.JWSSignatureVerificationFailed ? "signature" : "malformed");
  }
  if (audienceAppId(store.state.entra, claims.aud, addresses) !== resourceAppId) {
    return refused("audience", claims);
  }
  return { caller: callerOf(claims) };
}

function refused(reason: RefusedToken["reason"], claims: JWTPayload = {}): { refused: RefusedToken } {
  const capabilities = claims.xms_cc;
  return {
    refused: { reason, handlesClaimsChallenges: Array.isArray(capabilities) && capabilities.includes("CP1") },
  };
}

function callerOf(claims: JWTPayload): Caller {
  return {
    kind: claims.idtyp === "app" ? "app" : "user",
    appId: String(claims.appid ?? claims.azp),
    objectId: String(claims.oid),
    tenantId: String(claims.tid),
    roles: Array.isArray(claims.roles) ? claims.roles.map(String) : [],
    scopes: typeof claims.scp === "string" ? claims.scp.split(" ").filter((scope) => scope !== "") : [],
  };
}
