import assert from "node:assert/strict";

/** What the browser is sent back to the application with. */
export interface SignInResult {
  code: string | null;
  error: string | null;
  errorDescription: string | null;
  state: string | null;
}

/** Opens the sign-in page as a browser would, and submits its form. */
export async function signInOnPage(
  authorizeUrl: string,
  choice: { username: string } | { decision: "refuse" },
): Promise<SignInResult> {
  const page = await fetch(authorizeUrl, { redirect: "manual" });
  if (page.status === 302) return resultIn(page);
  const html = await page.text();
  assert.equal(page.status, 200, html);
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = "", value = ""]) => [name, unescapeHtml(value)] as const,
  );
  const body = new URLSearchParams({ ...Object.fromEntries(fields), ...choice });
  const answer = await fetch(authorizeUrl, { method: "POST", body, redirect: "manual" });
  assert.equal(answer.status, 302, await answer.text());
  return resultIn(answer);
}

/** What a redirect says. */
export function resultIn(response: Response): SignInResult {
  const { searchParams } = new URL(response.headers.get("location") ?? "");
  return {
    code: searchParams.get("code"),
    error: searchParams.get("error"),
    errorDescription: searchParams.get("error_description"),
    state: searchParams.get("state"),
  };
}

function unescapeHtml(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}
