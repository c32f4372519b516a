import { parseArgs } from "node:util";

export interface SimulationArgs {
  /** The first history's seed; each history after it has the next one. */
  seed: number;
  histories: number;
  /** Updates in each history. */
  steps: number;
  json: boolean;
}

export const USAGE = `npm run simulate -- [flags]

Lets random histories of credentials happen to the rotation plan, and counts who was without a working secret.

  --histories <n>   how many (default: 10000)
  --steps <n>       updates in each (default: 60)
  --seed <n>        the first history's seed; the same seeds give the same run (default: 1)
  --json            the report as JSON
`;

/** @throws Error naming every violation. */
export function parseSimulationArgs(args: readonly string[]): SimulationArgs {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      histories: { type: "string", default: "10000" },
      steps: { type: "string", default: "60" },
      json: { type: "boolean", default: false },
    },
  });
  const { json, ...texts } = values;
  const wrong = Object.entries(texts).filter(([, text]) => !/^[1-9]\d{0,8}$/.test(text));
  if (wrong.length > 0) {
    const allowed = "allowed is a whole number from 1 to 999999999";
    throw new Error(wrong.map(([name, text]) => `--${name} ${text}: ${allowed}`).join("\n"));
  }
  const { seed, histories, steps } = texts;
  return { seed: Number(seed), histories: Number(histories), steps: Number(steps), json };
}
