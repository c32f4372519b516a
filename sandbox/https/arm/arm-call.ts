import { ArmError } from "../../arm/errors.ts";
import type { ArmContext } from "../../arm/resource-types.ts";
import { azureServiceManagement } from "../../entra/well-known/azure-services.ts";
import { type RefusedToken, readBearer } from "../bearer.ts";
import { claimsChallenge } from "../claims-challenge.ts";
import type { FaceRequest } from "../exchange.ts";
import type { FaceServices } from "../services.ts";

/**
 * Lets a call in: it must name a version of the API and carry a token for Resource Manager.
 * @returns who calls, and what operations on resources need
 * @throws ArmError
 */
export async function admittedCall(request: FaceRequest, services: FaceServices): Promise<ArmContext> {
  const read = await readBearer(request, azureServiceManagement.appId, services);
  if ("refused" in read) throw new ArmTokenError(read.refused);
  if (!request.url.searchParams.get("api-version")) {
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  }
  const { clock, randomness, addresses } = services;
  return {
    nowMs: clock.nowMs(),
    randomness,
    caller: { clientId: read.caller.appId, principalId: read.caller.objectId },
    vaultUri: addresses.vaultUri,
  };
}

/** A token that Resource Manager does not take. */
export class ArmTokenError extends ArmError {
  readonly #refused: RefusedToken;

  constructor(refused: RefusedToken) {
    super(401, CODES[refused.reason], MESSAGES[refused.reason]);
    this.#refused = refused;
  }

  /** What to say in `WWW-Authenticate`. */
  challenge(authority: string, nowMs: number): string {
    const { reason, handlesClaimsChallenges } = this.#refused;
    if (reason === "expired" && handlesClaimsChallenges) return claimsChallenge(authority, nowMs);
    return `Bearer authorization_uri="${authority}", error="invalid_token", error_description="${this.message}"`;
  }
}

const CODES: Record<RefusedToken["reason"], string> = {
  missing: "AuthenticationFailed",
  malformed: "InvalidAuthenticationToken",
  signature: "InvalidAuthenticationToken",
  expired: "ExpiredAuthenticationToken",
  notYetValid: "InvalidAuthenticationToken",
  audience: "InvalidAuthenticationTokenAudience",
};

const MESSAGES: Record<RefusedToken["reason"], string> = {
  missing: "Authentication failed. The 'Authorization' header is missing.",
  malformed: "The access token is invalid.",
  signature: "The access token is invalid.",
  expired: "The access token expiry UTC time is earlier than current UTC time.",
  notYetValid: "The access token is invalid.",
  audience: "The access token has been obtained for wrong audience or resource.",
};
