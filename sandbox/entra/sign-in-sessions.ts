import type { EntraState } from "./state.ts";

/**
 * Ends everything that a user's sign-ins have started: no refresh token of theirs works any more. This is
 * also what a changed password does.
 * @param clientId only the tokens of this client
 * @see https://learn.microsoft.com/graph/api/user-revokesigninsessions
 */
export function revokeSignInSessions(
  { signIn }: EntraState,
  userId: string,
  { clientId }: { clientId?: string } = {},
): void {
  for (const token of Object.values(signIn.refreshTokens)) {
    if (token.userId === userId && (clientId === undefined || token.clientId === clientId)) {
      token.revoked ??= "passwordChanged";
    }
  }
}
