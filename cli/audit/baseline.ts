import { readFile } from "node:fs/promises";
import { z } from "zod";
import { DAY_MS } from "../../infra/duration.ts";
import { parseLooseInstant } from "../../infra/instant.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";
import type { Finding } from "./findings/finding.ts";
import { formatDay } from "./graph-time.ts";
import { safeText } from "./safe-text.ts";

/** An acceptance for longer than this is a decision nobody will look at again. */
const MAX_DAYS_AHEAD = 731;

/** The form of a finding's id: visible ASCII alone, so that none can act on a terminal that shows it. */
const FINDING_ID = /^[a-z-]+\/[!-~]+$/;

/** A known finding that somebody has decided to live with for a while. */
export interface Acceptance {
  /** The finding's id. */
  finding: string;
  reason: string;
  /** The first moment at which it is reported again. */
  untilMs: number;
  /** As it was written. */
  until: string;
}

/** What became of the findings, given what was accepted. */
export interface Judged {
  /** To be reported, with those whose acceptance has run out. */
  open: Finding[];
  accepted: { finding: Finding; reason: string; untilMs: number }[];
  /** Acceptances that match no finding any more, and can go from the file. */
  unmatched: Acceptance[];
}

/**
 * Parses a baseline file (`docs/audit.md`, "Baseline").
 * @throws CommandError naming every violation at once.
 */
export function parseBaseline(text: string, file: string, nowMs: number): Acceptance[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw configurationError(file, [`is not JSON: ${messageOf(error)}`]);
  }
  const parsed = baselineSchema(nowMs).safeParse(json);
  if (parsed.success) return parsed.data.accepted;
  throw configurationError(
    file,
    parsed.error.issues.map(({ path, message }) => {
      const at = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
      return `${at.replace(/^\./, "") || "the file"}: ${message}`;
    }),
  );
}

/** Reads a baseline file. @throws CommandError if it cannot be read or is not valid. */
export async function readBaseline(file: string, nowMs: number): Promise<Acceptance[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw configurationError(file, [messageOf(error)]);
  }
  return parseBaseline(text, file, nowMs);
}

/**
 * Takes accepted findings out, and adds one for each acceptance that has run out while its finding is still
 * there (the finding itself is open again, too).
 */
export function applyBaseline(
  findings: readonly Finding[],
  acceptances: readonly Acceptance[],
  nowMs: number,
): Judged {
  const byFinding = new Map(acceptances.map((acceptance) => [acceptance.finding, acceptance]));
  const judged: Judged = { open: [], accepted: [], unmatched: [] };
  for (const finding of findings) {
    const acceptance = byFinding.get(finding.id);
    if (acceptance === undefined) {
      judged.open.push(finding);
    } else if (nowMs < acceptance.untilMs) {
      judged.accepted.push({ finding, reason: acceptance.reason, untilMs: acceptance.untilMs });
    } else {
      judged.open.push(finding, ranOut(finding, acceptance));
    }
    byFinding.delete(finding.id);
  }
  judged.unmatched = [...byFinding.values()];
  return judged;
}

function ranOut(finding: Finding, { until, untilMs, reason }: Acceptance): Finding {
  return {
    id: `acceptance-expired/${finding.id}`,
    kind: "acceptance-expired",
    severity: "medium",
    subject: { ...finding.subject, type: "acceptance", id: finding.id },
    dueMs: untilMs,
    facts: { until, reason },
  };
}

function baselineSchema(nowMs: number) {
  const latestMs = nowMs + MAX_DAYS_AHEAD * DAY_MS;
  const text = (what: string) =>
    z.string({ error: (issue) => `must be ${what}, but is ${shown(issue.input)}` });
  const acceptance = z.strictObject(
    {
      finding: text("the id of a finding").regex(FINDING_ID, {
        error: (issue) => `must be the id of a finding, as \`--json\` gives it, but is ${shown(issue.input)}`,
      }),
      reason: text("the reason for living with it").refine((reason) => reason.trim() !== "", {
        error: "must say why, but is empty",
      }),
      until: text("a date, e.g. 2027-01-31").transform((until, context) => {
        const problem = untilProblem(until, latestMs);
        if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
        return until;
      }),
    },
    { error: (issue) => unknownKeys(issue) ?? `must be an object, but is ${shown(issue.input)}` },
  );
  return z.strictObject(
    {
      schemaVersion: z.literal(1, { error: (issue) => `must be 1, but is ${shown(issue.input)}` }),
      accepted: z
        .array(acceptance, { error: (issue) => `must be a list, but is ${shown(issue.input)}` })
        .superRefine((entries, context) => {
          const seen = new Set<string>();
          for (const [index, { finding }] of entries.entries()) {
            if (seen.has(finding)) {
              context.addIssue({
                code: "custom",
                path: [index, "finding"],
                message: `${shown(finding)} is accepted twice`,
              });
            }
            seen.add(finding);
          }
        })
        .transform((entries) =>
          entries.map(({ finding, reason, until }) => ({
            finding,
            reason: safeText(reason),
            until,
            untilMs: endOf(until) ?? 0,
          })),
        ),
    },
    { error: (issue) => unknownKeys(issue) ?? `must be an object, but is ${shown(issue.input)}` },
  );
}

function untilProblem(until: string, latestMs: number): string | undefined {
  const ms = endOf(until);
  if (ms === undefined) return `must be a date, e.g. 2027-01-31, but is ${shown(until)}`;
  if (ms > latestMs) {
    return `must be at most ${MAX_DAYS_AHEAD} days ahead (${formatDay(latestMs)}), but is ${shown(until)}`;
  }
  return undefined;
}

/** A date alone means: until that day is over. */
function endOf(until: string): number | undefined {
  const ms = parseLooseInstant(until);
  return ms !== undefined && !until.includes("T") ? ms + DAY_MS : ms;
}

function unknownKeys(issue: { code?: string | undefined; keys?: unknown }): string | undefined {
  if (issue.code !== "unrecognized_keys" || !Array.isArray(issue.keys)) return undefined;
  return `has settings that do not exist: ${issue.keys.map(shown).join(", ")}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  return safeText(JSON.stringify(value));
}

function configurationError(file: string, problems: string[]): CommandError {
  const list = problems.map((problem) => `\n  ${problem}`).join("");
  return new CommandError(`the baseline ${safeText(file)} cannot be used:${list}`, exitCodes.configuration);
}

/** A parser's message quotes the file. */
function messageOf(error: unknown): string {
  return safeText(error instanceof Error ? error.message : String(error));
}
