import { z } from "zod";

const claimsParameter = z.object({
  access_token: z.object({ xms_cc: z.object({ values: z.array(z.string()) }) }),
});

/**
 * Whether a client says, in the `claims` of its request, that it understands claims challenges.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge#client-capabilities
 */
export function wantsClaimsChallenges(claims: string | undefined): boolean {
  if (claims === undefined) return false;
  try {
    const { success, data } = claimsParameter.safeParse(JSON.parse(claims));
    return success && data.access_token.xms_cc.values.some((value) => value.toLowerCase() === "cp1");
  } catch {
    return false;
  }
}
