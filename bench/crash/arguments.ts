import { parseArgs } from "node:util";
import { KINDS, type Kind } from "../../test/support/crash/attack.ts";
import { PHASE_NAMES, type PhaseName } from "../../test/support/crash/phases.ts";

export interface CrashPointArgs {
  phases: PhaseName[];
  kinds: Kind[];
  /** Strike also where the engine only compares. */
  checks: boolean;
  /** This run's share: every `of`-th point, from the `part`-th on. */
  shard: { part: number; of: number };
  /** Where results are kept, and found again. */
  results: string | undefined;
  /** Only say what would be tried, or what was. */
  only: "list" | "table" | undefined;
}

export const USAGE = `npm run crash-points -- [phase…] [flags]

Strikes at every operation of a credential's life, and counts what the next update settles.

phases: ${PHASE_NAMES.join(", ")} (default: all)
  --kind <kind>     how to strike; may be repeated: ${KINDS.join(", ")} (default: all)
  --checks          strike also where the engine only compares (check, diff, configure)
  --results <file>  keep results there, one JSON line a point, and go on where an earlier run ended;
                    runs at the same time may share it
  --shard <i/n>     only the i-th of n parts (default: $KEYTURN_SHARD, else all)
  --list            print the points, try none
  --table           print the table of the results file, try none
`;

/**
 * @param env where a pipeline names its share, `KEYTURN_SHARD`.
 * @throws Error naming every violation.
 */
export function parseCrashPointArgs(args: readonly string[], env: NodeJS.ProcessEnv): CrashPointArgs {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      kind: { type: "string", multiple: true, default: [] },
      checks: { type: "boolean", default: false },
      results: { type: "string" },
      shard: { type: "string", default: env.KEYTURN_SHARD || "1/1" },
      list: { type: "boolean", default: false },
      table: { type: "boolean", default: false },
    },
  });
  const problems: string[] = [];
  const phases = chosen("phase", positionals, PHASE_NAMES, problems);
  const kinds = chosen("--kind", values.kind, KINDS, problems);
  const [, part, of] = /^([1-9]\d{0,2})\/([1-9]\d{0,2})$/.exec(values.shard) ?? [];
  if (part === undefined || of === undefined || Number(part) > Number(of)) {
    problems.push(`--shard ${values.shard}: allowed is i/n with i from 1 to n`);
  }
  if (values.table && values.results === undefined) problems.push("--table needs --results");
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return {
    phases,
    kinds,
    checks: values.checks,
    shard: { part: Number(part), of: Number(of) },
    results: values.results,
    only: values.list ? "list" : values.table ? "table" : undefined,
  };
}

function chosen<T extends string>(
  what: string,
  wanted: readonly string[],
  known: readonly T[],
  problems: string[],
): T[] {
  const unknown = wanted.filter((name) => !known.some((each) => each === name));
  for (const name of unknown) problems.push(`${what} ${name}: allowed is ${known.join(", ")}`);
  return wanted.length === 0 ? [...known] : known.filter((name) => wanted.includes(name));
}
