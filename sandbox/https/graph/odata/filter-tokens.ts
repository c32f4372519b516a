import { badRequest } from "../../../entra/errors.ts";

/** A piece of a `$filter` expression. */
export type Token =
  | { kind: "word"; text: string }
  | { kind: "string"; text: string }
  | { kind: "punctuation"; text: "(" | ")" | "," | "/" | ":" };

const PIECE = /\s*(?:'((?:[^']|'')*)'|([(),/:])|([^\s'(),/:]+(?::[^\s'(),/]+)*))/y;

/** @throws DirectoryError when the expression has a quote that does not end */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = [];
  const piece = new RegExp(PIECE);
  const text = filter.trimEnd();
  while (piece.lastIndex < text.length) {
    const at = piece.lastIndex;
    const found = piece.exec(text);
    if (found === null) throw badRequest(`Invalid filter clause: a string is not ended: ${text.slice(at)}`);
    const [, quoted, punctuation, word] = found;
    if (quoted !== undefined) tokens.push({ kind: "string", text: quoted.replaceAll("''", "'") });
    else if (punctuation !== undefined) {
      tokens.push({ kind: "punctuation", text: punctuation as "(" | ")" | "," | "/" | ":" });
    } else tokens.push({ kind: "word", text: word ?? "" });
  }
  return tokens;
}
