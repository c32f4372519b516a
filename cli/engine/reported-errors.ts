/**
 * Whether an update that ended in an error did so because of these problems alone: it reported at least one error,
 * and none but them.
 * @param output what `pulumi up --color never` said: below `Diagnostics:` each error stands on a line of its own.
 */
export function hasReportedAll(output: string, problems: readonly string[]): boolean {
  const expected = new Set(problems.map((problem) => firstLine(problem)));
  const errors = [...output.matchAll(/^ {4}error: (.*)$/gm)].map(([, text = ""]) => text.trim());
  return errors.length > 0 && errors.every((text) => expected.has(text));
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim();
}
