import { DURATION_FORM, formatDuration, HOUR_MS, parseDuration } from "../../infra/duration.ts";
import { credentialName, requestSchema } from "../../infra/settings/schema.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** The flags of `keyturn pipeline rotate`, and the variables that a workflow puts what people typed into. */
export interface RotationFlags {
  name?: string[];
  reason?: string;
  jitter?: string;
}

/** What is asked for. */
export interface RotationWish {
  /** Credentials to rotate whether they are due or not; empty rotates what is due. */
  names: string[];
  reason: string;
  /** The longest wait before anything is done. */
  jitterMs: number;
}

/** A job that waits longer does nothing but wait. */
const LONGEST_JITTER_MS = HOUR_MS;
const MOST_NAMES = 100;

/**
 * Reads the flags, and where one is not given `KEYTURN_NAMES` (separated by spaces or commas) and `KEYTURN_REASON`.
 * @throws CommandError listing everything that is wrong.
 */
export function rotationWish(flags: RotationFlags, env: NodeJS.ProcessEnv): RotationWish {
  const problems: string[] = [];
  const typed = flags.name ?? (env.KEYTURN_NAMES ?? "").split(/[\s,]+/).filter((name) => name !== "");
  const names = [...new Set(typed)];
  for (const name of names.slice(0, MOST_NAMES)) {
    const parsed = credentialName.safeParse(name);
    if (!parsed.success) problems.push(`--name ${JSON.stringify(name)}: ${parsed.error.issues[0]?.message}`);
  }
  if (names.length > MOST_NAMES)
    problems.push(`--name: ${names.length} names, of which at most ${MOST_NAMES} are allowed`);
  const reason = (flags.reason ?? env.KEYTURN_REASON ?? "").trim();
  if (names.length > 0) {
    const parsed = requestSchema.shape.reason.safeParse(reason);
    if (!parsed.success) {
      problems.push(
        `--reason ${JSON.stringify(reason.slice(0, 50))}: ${parsed.error.issues[0]?.message}: say why these are rotated now`,
      );
    }
  } else if (reason !== "") problems.push("--reason: belongs to --name: what is due needs no reason");
  const jitterMs = flags.jitter === undefined ? 0 : parseDuration(flags.jitter);
  if (jitterMs === undefined || jitterMs > LONGEST_JITTER_MS) {
    problems.push(
      `--jitter ${flags.jitter}: must be ${DURATION_FORM}, up to ${formatDuration(LONGEST_JITTER_MS)}`,
    );
  }
  if (problems.length > 0) throw new CommandError(problems.join("\n"), exitCodes.configuration);
  return { names, reason, jitterMs: jitterMs ?? 0 };
}
