/**
 * What a script was called with. `--help` prints the usage and ends the process well; what is not allowed is named,
 * with the usage, and ends it with exit code 2.
 */
export function argumentsOrUsage<T>(parse: (args: readonly string[]) => T, usage: string): T {
  const args = process.argv.slice(2);
  if (args.includes("--help")) {
    process.stdout.write(usage);
    process.exit(0);
  }
  try {
    return parse(args);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}
