import { type FaultEffect, type FaultRequest, faultRequest } from "../../sandbox/faults/rule.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { parseSpan } from "./sandbox-options.ts";

/** `keyturn sandbox fault add`'s flags, as they were typed. */
export interface FaultFlags {
  face?: string;
  operation?: string;
  path?: string;
  nth?: string;
  from?: string;
  every?: string;
  probability?: string;
  seed?: string;
  times?: string;
  status?: string;
  body?: string;
  header?: string[];
  delay?: string;
  real?: boolean;
  hang?: boolean;
  reset?: boolean;
  half?: boolean;
  stale?: string;
  slowPropagation?: string;
  kill?: boolean;
  after?: boolean;
}

/**
 * The fault that the flags ask for.
 * @throws CommandError naming every violation
 */
export function faultOf(flags: FaultFlags): FaultRequest {
  const problems: string[] = [];
  const request = {
    match: given({ face: flags.face, operation: flags.operation, path: flags.path }),
    when: whenOf(flags, problems),
    ...given({ times: flags.times === undefined ? undefined : Number(flags.times) }),
    effect: effectOf(flags, problems),
  };
  if (problems.length === 0) {
    const checked = faultRequest.safeParse(request);
    if (checked.success) return request as FaultRequest;
    for (const { path, message } of checked.error.issues) problems.push(`${flagAt(path, flags)}: ${message}`);
  }
  throw new CommandError(problems.join("\n"), exitCodes.configuration);
}

function whenOf({ nth, from, every, probability, seed }: FaultFlags, problems: string[]): unknown {
  const chosen = Object.entries(given({ nth, from, every, probability }));
  if (chosen.length > 1) problems.push("only one of --nth, --from, --every and --probability is allowed");
  if (nth !== undefined) return { kind: "nth", n: Number(nth) };
  if (from !== undefined) return { kind: "from", n: Number(from) };
  if (every !== undefined) return { kind: "every", n: Number(every) };
  if (seed !== undefined && probability === undefined) problems.push("--seed goes with --probability");
  if (probability !== undefined) return { kind: "probability", p: Number(probability), ...given({ seed }) };
  return { kind: "always" };
}

const EFFECTS = "--status, --delay, --hang, --reset, --half, --stale, --slow-propagation, --kill";

function effectOf(flags: FaultFlags, problems: string[]): unknown {
  const { status, delay, hang, reset, half, stale, slowPropagation, kill } = flags;
  const chosen = Object.entries(given({ status, delay, hang, reset, half, stale, slowPropagation, kill }));
  const [first] = chosen;
  if (first === undefined || chosen.length > 1) {
    problems.push(`exactly one effect is needed: ${EFFECTS}`);
    return undefined;
  }
  const after = flags.after ?? false;
  const kind = first[0] as "slowPropagation" | FaultEffect["kind"];
  if (flags.after && !["status", "hang", "reset", "kill"].includes(kind)) {
    problems.push("--after goes with --status, --hang, --reset and --kill");
  }
  switch (kind) {
    case "status":
      return {
        kind,
        status: Number(status),
        ...given({ body: flags.body }),
        headers: headersOf(flags, problems),
        after,
      };
    case "delay":
      return { kind, ms: parseSpan("--delay", delay ?? ""), clock: flags.real ? "real" : "sandbox" };
    case "half":
      return { kind };
    case "stale":
      return { kind, updates: Number(stale) };
    case "slowPropagation":
      return { kind: "stale", ageMs: parseSpan("--slow-propagation", slowPropagation ?? "") };
    default:
      return { kind, after };
  }
}

function headersOf({ header = [] }: FaultFlags, problems: string[]): Record<string, string> {
  return Object.fromEntries(
    header.map((text) => {
      const [, name = "", value = ""] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
      if (name === "") problems.push(`--header ${text}: allowed is "Name: value"`);
      return [name, value];
    }),
  );
}

/** The flag that a place in the request came from. */
function flagAt(path: readonly PropertyKey[], flags: FaultFlags): string {
  const [part, member] = path.map(String);
  if (part === "match") return `--${member}`;
  if (part === "times") return "--times";
  if (part === "when") {
    return `--${(["nth", "from", "every"] as const).find((name) => flags[name] !== undefined) ?? "probability"}`;
  }
  if (member === "status") return "--status";
  if (member === "ms") return "--delay";
  if (member === "updates") return "--stale";
  return flags.half ? "--half" : "fault";
}

function given<T extends Record<string, unknown>>(
  values: T,
): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
}
