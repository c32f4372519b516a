import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Policy } from "./policy.ts";

/** The policy pack's executable, which must be given to Pulumi by its absolute path. */
const POLICY_PACK = fileURLToPath(new URL("../../policy/run.ts", import.meta.url));

/**
 * Does `work` with the flags by which Pulumi judges with this policy: none if there is none. The pack is given each rule
 * as it was read, so that what counts does not depend on who reads the settings.
 */
export async function withPolicyPack<T>(
  policy: Policy | undefined,
  work: (flags: readonly string[]) => Promise<T>,
): Promise<T> {
  if (policy === undefined) return work([]);
  const folder = await mkdtemp(join(tmpdir(), "keyturn-policy-"));
  try {
    const file = join(folder, "policy.json");
    const settings = policy.map(({ rule, level, config }) => [
      rule.name,
      { ...config, enforcementLevel: level },
    ]);
    await writeFile(file, JSON.stringify(Object.fromEntries(settings)));
    return await work(["--policy-pack", POLICY_PACK, "--policy-pack-config", file]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The engine's own words about a violation, without its colours: `[mandatory]  <rule>  (<type>: <name>)`. */
const MANDATORY = /^\s*-?\s*\[mandatory\](\s+\[severity: \w+\])?\s+[\w-]+(\s+\(.*\))?\s*$/;

/**
 * What an update was stopped by, as an error for the user; undefined if no mandatory rule is broken. Pure.
 * @param said what the engine printed.
 */
export function brokenPolicy(said: string): CommandError | undefined {
  const lines = said.split("\n");
  const violations = lines.flatMap((line, at) => {
    if (!MANDATORY.test(line)) return [];
    // The rule's description and the message follow, further to the right.
    const rest = lines.slice(at + 1);
    const indent = (text: string) => text.length - text.trimStart().length;
    const end = rest.findIndex((each) => each.trim() === "" || indent(each) <= indent(line));
    return [
      [line, ...rest.slice(0, end === -1 ? rest.length : end)].map((each) => `  ${each.trim()}`).join("\n"),
    ];
  });
  if (violations.length === 0) return undefined;
  return new CommandError(
    `a mandatory policy is broken: the update stopped before it, or right after (policy/README.md)\n${violations.join("\n")}`,
    exitCodes.policy,
  );
}
