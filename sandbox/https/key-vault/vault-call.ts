import { azureKeyVault } from "../../entra/well-known/azure-services.ts";
import { requireSecretAccess, type SecretCall } from "../../keyvault/access.ts";
import { badParameter, KeyVaultError } from "../../keyvault/errors.ts";
import { type Caller, type RefusedToken, readBearer } from "../bearer.ts";
import { claimsChallenge } from "../claims-challenge.ts";
import { type FaceAnswer, type FaceRequest, jsonAnswer } from "../exchange.ts";
import { keyVaultResource } from "../login/resources.ts";
import type { FaceServices } from "../services.ts";
import type { vaultLimits } from "./throttle.ts";

/** A call that has been let in. */
export interface VaultCall {
  vaultName: string;
  caller: Caller;
}

/** Who sent the requests that are under way. */
const callers = new WeakMap<FaceRequest, Caller>();

/** Who sent a request, once its token has been read; let in or not. */
export function callerOf(request: FaceRequest): Caller | undefined {
  return callers.get(request);
}

/**
 * Lets a call in: it must be of a known version, carry a token for Key Vault, be within the vault's limits
 * and be allowed to its bearer.
 * @throws KeyVaultError or ChallengeNeeded
 */
export async function admitted(
  request: FaceRequest,
  services: FaceServices,
  { call, kind = "other" }: { call: SecretCall; kind?: keyof typeof vaultLimits },
): Promise<VaultCall> {
  const vaultName = request.url.hostname.split(".")[0] ?? "";
  requireVersion(request.url);
  const read = await readBearer(request, azureKeyVault.appId, services);
  if ("refused" in read) throw new ChallengeNeeded(read.refused);
  const { caller } = read;
  callers.set(request, caller);
  const { store, clock, vaultThrottle } = services;
  const waitMs = vaultThrottle.take(vaultName, kind, clock.nowMs());
  if (waitMs > 0) throw new ThrottledError(waitMs);
  const { secret } = request.params;
  requireSecretAccess(
    store.state,
    {
      vaultName,
      principalId: caller.objectId,
      call,
      ...(secret === undefined ? {} : { secretName: secret }),
    },
    caller,
  );
  return { vaultName, caller };
}

/** https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses */
function requireVersion(url: URL): void {
  const version = url.searchParams.get("api-version");
  if (version === null || !/^(7\.\d|20\d\d-\d\d-\d\d)(-preview(\.\d+)?)?$/.test(version)) {
    throw badParameter(
      `The specified version (${version ?? ""}) is not recognized. Consider using a released version.`,
    );
  }
}

/** Past a vault's limits. */
export class ThrottledError extends KeyVaultError {
  readonly retryAfterSeconds: number;

  constructor(waitMs: number) {
    super(
      429,
      "Throttled",
      "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached",
    );
    this.retryAfterSeconds = Math.ceil(waitMs / 1000);
  }
}

/** The caller has no token that the vault takes, and is told where to get one. */
export class ChallengeNeeded extends Error {
  override readonly name = "ChallengeNeeded";
  readonly #refused: RefusedToken;

  constructor(refused: RefusedToken) {
    super(MESSAGES[refused.reason]);
    this.#refused = refused;
  }

  answer({ store, addresses }: Pick<FaceServices, "store" | "addresses">): FaceAnswer {
    const { reason, handlesClaimsChallenges } = this.#refused;
    const authority = `${addresses.origin}/${store.state.entra.tenant.id}`;
    const challenge =
      reason === "expired" && handlesClaimsChallenges
        ? claimsChallenge(authority, store.state.clock.nowMs)
        : `Bearer authorization="${authority}", resource="${keyVaultResource(addresses)}"`;
    return jsonAnswer(
      401,
      { error: { code: "Unauthorized", message: this.message } },
      { "www-authenticate": challenge },
    );
  }
}

const MESSAGES: Record<RefusedToken["reason"], string> = {
  missing: "AKV10000: Request is missing a Bearer or PoP token.",
  malformed: "AKV10001: Jwt is invalid.",
  signature: "AKV10005: Token signature is invalid.",
  expired: "AKV10017: Token is expired.",
  notYetValid: "AKV10018: Token is not yet valid.",
  audience: "AKV10022: Invalid audience. Expected https://vault.azure.net.",
};
