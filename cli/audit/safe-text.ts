/** The most characters of a foreign text that is kept: Entra allows 256 for a display name. */
const MAX_CHARACTERS = 256;

/**
 * Characters that would change what a reader sees around them or how a terminal behaves: control characters
 * (escape sequences begin with one), marks that turn the direction of writing, line separators, invisible
 * characters, halves of surrogate pairs. Not the joiners and variation selectors that scripts and emoji need.
 */
const UNSAFE =
  /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** What nearly every text is: ASCII that can be printed. */
const PLAIN = /^[ -~]*$/;

/**
 * A text from outside (a display name, a secret's name) made harmless for every output: what is unsafe shows
 * as its code point (`\u{202e}`) instead of acting, so that two different names stay different; what is
 * longer than 256 characters ends in an ellipsis. Every foreign text passes through here once, when it is read.
 */
export function safeText(text: string): string {
  if (text.length <= MAX_CHARACTERS && PLAIN.test(text)) return text;
  // Cut before replacing, so that a text of megabytes costs no more than one of kilobytes.
  const head = text.length > MAX_CHARACTERS * 2 ? text.slice(0, MAX_CHARACTERS * 2) : text;
  const shown = head.replace(UNSAFE, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return `\\u{${code.padStart(4, "0")}}`;
  });
  if (shown.length <= MAX_CHARACTERS && head.length === text.length) return shown;
  return `${[...shown].slice(0, MAX_CHARACTERS - 1).join("")}…`;
}
