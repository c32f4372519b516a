import stringWidth from "string-width";

/** How many columns of a terminal `text` takes: a wide character takes two, a combining one none. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** `text` cut to at most `columns` columns of a terminal, with an ellipsis where something was cut. */
export function fitColumns(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let fitted = "";
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    const segmentWidth = displayWidth(segment);
    if (width + segmentWidth > columns - 1) break;
    fitted += segment;
    width += segmentWidth;
  }
  return `${fitted}…`;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** `text` fitted and filled up with spaces to exactly `columns` columns of a terminal. */
export function padColumns(text: string, columns: number): string {
  const fitted = fitColumns(text, columns);
  return fitted + " ".repeat(Math.max(0, columns - displayWidth(fitted)));
}
