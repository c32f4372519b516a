import { createHash } from "node:crypto";
import type { JWTPayload } from "jose";
import { grantedAppRoles } from "../../entra/app-role-assignments.ts";
import { applicationOfClient } from "../../entra/application-lookup.ts";
import { rolesHeldFor } from "../../entra/role-assignments.ts";
import type { EntraState, ServicePrincipal, User } from "../../entra/state.ts";
import type { FaceServices } from "../services.ts";
import { type ClientProof, noteCredentialUse } from "./client-proof.ts";
import type { TokenClient } from "./token-client.ts";

/** Entra's own lifetimes vary between 60 and 90 minutes; the shortest one is given here. */
export const ACCESS_TOKEN_SECONDS = 3599;

export interface IssueArgs {
  client: TokenClient;
  /** How the client has proved who it is. */
  proof: ClientProof;
  resource: ServicePrincipal;
  audience: string;
  /** Whether the client understands claims challenges (continuous access evaluation). */
  handlesClaimsChallenges: boolean;
}

type Issuing = Pick<FaceServices, "store" | "clock" | "randomness" | "addresses" | "signingKeys">;

/**
 * An access token for the application itself.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export async function issueAppToken(args: IssueArgs, services: Issuing): Promise<string> {
  await noteCredentialUse(args.client, args.proof, args.resource, services);
  const { entra } = services.store.state;
  const { principal } = args.client;
  const roles = grantedAppRoles(entra, principal.id, args.resource.id);
  return services.signingKeys.sign({
    ...commonClaims(args, services),
    idtyp: "app",
    oid: principal.id,
    sub: principal.id,
    ...(roles.length === 0 ? {} : { roles }),
    ...directoryRoleClaims(entra, principal.id),
  });
}

/** An access token with which the application acts for a user. */
export async function issueUserToken(
  args: IssueArgs & { user: User; scopes: readonly string[] },
  services: Issuing,
): Promise<string> {
  const { user, client, scopes, resource } = args;
  await noteCredentialUse(client, args.proof, resource, services);
  const { entra } = services.store.state;
  const names =
    tokenVersion(entra, resource) === "2.0"
      ? { preferred_username: user.userPrincipalName }
      : { acr: "1", amr: ["pwd"], unique_name: user.userPrincipalName, upn: user.userPrincipalName };
  return services.signingKeys.sign({
    ...commonClaims(args, services),
    ...names,
    idtyp: "user",
    name: user.displayName,
    oid: user.id,
    sub: pairwiseSubject(user.id, client.appId),
    scp: scopes.join(" "),
    ...directoryRoleClaims(entra, user.id),
  });
}

/**
 * An ID token: who has signed in, for the application itself to read.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export function issueIdToken(
  { client, user, nonce }: { client: TokenClient; user: User; nonce: string | null },
  services: Issuing,
): Promise<string> {
  const { id } = services.store.state.entra.tenant;
  return services.signingKeys.sign({
    aud: client.appId,
    iss: `${services.addresses.origin}/${id}/v2.0`,
    ...times(services),
    name: user.displayName,
    ...(nonce === null ? {} : { nonce }),
    oid: user.id,
    preferred_username: user.userPrincipalName,
    ...(user.mail === null ? {} : { email: user.mail }),
    sub: pairwiseSubject(user.id, client.appId),
    tid: id,
    ver: "2.0",
  });
}

function commonClaims(args: IssueArgs, services: Issuing): JWTPayload {
  const { client, proof, resource, audience, handlesClaimsChallenges } = args;
  const { entra } = services.store.state;
  const { id: tid } = entra.tenant;
  const version = tokenVersion(entra, resource);
  const proofCode = { none: "0", secret: "1", assertion: "2" }[proof.kind];
  const byVersion =
    version === "2.0"
      ? {
          aud: resource.appId,
          iss: `${services.addresses.origin}/${tid}/v2.0`,
          azp: client.appId,
          azpacr: proofCode,
        }
      : {
          aud: audience,
          iss: `https://sts.windows.net/${tid}/`,
          idp: `https://sts.windows.net/${tid}/`,
          appid: client.appId,
          appidacr: proofCode,
          app_displayname: client.displayName,
        };
  return {
    ...byVersion,
    ...times(services),
    tid,
    uti: Buffer.from(services.randomness.bytes(16)).toString("base64url"),
    ver: version,
    ...(handlesClaimsChallenges ? { xms_cc: ["CP1"] } : {}),
  };
}

function times({ clock }: Issuing): { iat: number; nbf: number; exp: number } {
  const now = Math.floor(clock.nowMs() / 1000);
  return { iat: now, nbf: now, exp: now + ACCESS_TOKEN_SECONDS };
}

/** Microsoft's own services take version 1 tokens; the tenant's applications say which they take. */
function tokenVersion(entra: EntraState, { appId }: ServicePrincipal): "1.0" | "2.0" {
  const api = applicationOfClient(entra, appId)?.properties.api;
  const wanted =
    typeof api === "object" && api !== null && "requestedAccessTokenVersion" in api
      ? api.requestedAccessTokenVersion
      : 1;
  return wanted === 2 ? "2.0" : "1.0";
}

function directoryRoleClaims(entra: EntraState, principalId: string): { wids?: string[] } {
  const wids = rolesHeldFor(entra, principalId, undefined);
  return wids.length === 0 ? {} : { wids };
}

/** A user has another subject for each application. */
function pairwiseSubject(userId: string, appId: string): string {
  return createHash("sha256").update(`${userId}/${appId}`).digest("base64url");
}
