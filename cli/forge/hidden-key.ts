/** What a comment or issue is found again by: an HTML comment, which Markdown shows to nobody. */

/** The hidden line of `key`. */
export function hiddenKey(key: string): string {
  return `<!-- keyturn:${requirePlain(key)} -->`;
}

/** Whether `body` was written under `key`. */
export function hasKey(body: string | null | undefined, key: string): boolean {
  return body?.split(/\r?\n/).some((line) => line.trim() === hiddenKey(key)) ?? false;
}

/** Whether `body` was written under another key. Says nothing of a body in which no key is left. */
export function hasOtherKey(body: string, key: string): boolean {
  return /^<!-- keyturn:\S+ -->/m.test(body) && !hasKey(body, key);
}

/** `markdown` with its key in front. */
export function withKey(key: string, markdown: string): string {
  return `${hiddenKey(key)}\n${markdown}`;
}

/** Anything else could end the comment that hides it, or be cut short by it. */
function requirePlain(key: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._/-]{0,119}$/.test(key) && !key.includes("--")) return key;
  throw new Error(`"${key}" cannot be hidden in a comment`);
}
