/** How long a text may be: GitHub counts a comment's characters, a summary's bytes. */
export interface TextLimit {
  readonly most: number;
  readonly unit: "characters" | "bytes";
}

/**
 * `text` if it fits, else its first lines and a word about the rest. Lines stay whole, unless the first one alone is
 * too long. A fold (`<details>`) or a fenced block that was cut open is closed again.
 */
export function cutText(
  text: string,
  limit: TextLimit,
  word = "The rest is left out here for want of space.",
): string {
  const sizeOf = (part: string) => (limit.unit === "bytes" ? Buffer.byteLength(part) : part.length);
  if (sizeOf(text) <= limit.most) return text;
  const kept: string[] = [];
  // Room for the word and for what closes folds and fences.
  let left = limit.most - sizeOf(`\n\n${word}\n`) - CLOSING_RESERVE;
  for (const line of text.split("\n")) {
    left -= sizeOf(line) + 1;
    if (left < 0) break;
    kept.push(line);
  }
  return `${[...kept, ...closing(kept)].join("\n")}\n\n${word}\n`;
}

const CLOSING_RESERVE = 200;
const MOST_FOLDS = 10;

function closing(lines: readonly string[]): string[] {
  const text = lines.join("\n");
  const fences = text.match(/^```/gm)?.length ?? 0;
  const folds = (text.match(/<details>/g)?.length ?? 0) - (text.match(/<\/details>/g)?.length ?? 0);
  return [
    ...(fences % 2 === 1 ? ["```"] : []),
    ...Array.from({ length: Math.min(MOST_FOLDS, Math.max(0, folds)) }, () => "</details>"),
  ];
}
