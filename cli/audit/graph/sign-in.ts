import type { TokenCredential } from "@azure/core-auth";
import { attemptLimitPolicy } from "./client.ts";
import type { Cloud } from "./cloud.ts";

/** How long one request for a token may take. The library sends it up to four times. */
const ATTEMPT_TIMEOUT_MS = 10_000;

export interface SignInArgs {
  /** Default: the one that the environment or `az` names. */
  tenantId?: string | undefined;
  /** In milliseconds. Default: 10,000. */
  attemptTimeoutMs?: number;
}

/**
 * Whoever runs the command: a pipeline's workload identity, a managed identity, or a person signed in to `az`. Every
 * request for a token has a time limit, which `@azure/identity` itself does not give it: a sign-in that is never
 * answered would hold the command up for ever.
 */
export async function signedIn(
  { privateAuthority }: Pick<Cloud, "privateAuthority">,
  { tenantId, attemptTimeoutMs = ATTEMPT_TIMEOUT_MS }: SignInArgs = {},
): Promise<TokenCredential> {
  // Half a second to load, which most commands do not need.
  const { DefaultAzureCredential } = await import("@azure/identity");
  return new DefaultAzureCredential({
    ...(tenantId !== undefined && { tenantId }),
    disableInstanceDiscovery: privateAuthority,
    additionalPolicies: [{ policy: attemptLimitPolicy(attemptTimeoutMs), position: "perRetry" }],
  });
}
