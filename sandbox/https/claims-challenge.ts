/**
 * Tells a client that understands it that its token no longer counts. The client then skips its own cache,
 * which knows only the real clock. Everybody else gets a plain challenge.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function claimsChallenge(authority: string, nowMs: number): string {
  const claims = { access_token: { nbf: { essential: true, value: String(Math.floor(nowMs / 1000)) } } };
  const encoded = Buffer.from(JSON.stringify(claims)).toString("base64");
  return `Bearer realm="", authorization_uri="${authority}/oauth2/authorize", error="insufficient_claims", claims="${encoded}"`;
}
