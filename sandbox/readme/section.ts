const BEGIN = "<!-- emulated: written by sandbox/readme/write.ts -->";
const END = "<!-- emulated: end -->";

/**
 * `readme` with its generated section replaced.
 * @throws Error when the marks are not there
 */
export function withEmulatedSection(readme: string, section: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the marks ${BEGIN} and ${END} are not in the text`);
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${section}\n\n${readme.slice(end)}`;
}
