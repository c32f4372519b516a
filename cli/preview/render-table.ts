import { alignedColumns } from "../status/table.ts";
import type { Terminal } from "../terminal.ts";
import { day } from "./consequence.ts";
import type { CredentialPreview, PreviewDocument } from "./document.ts";
import { summaryOf } from "./summary.ts";

const HEADINGS = ["CREDENTIAL", "WHAT HAPPENS", "SLOT", "GENERATION", "EXPIRES", "NEXT"];

/** For people at a terminal. */
export function renderPreviewTable(document: PreviewDocument, style: Terminal["style"]): string {
  const { stack, at, alarms, errors, credentials, changes, policy } = document;
  const lines = [
    `Preview of stack ${stack}${at === null ? "" : `, as of ${at}`}: ${summaryOf(document)}`,
    "",
  ];
  for (const { credential, what } of alarms) {
    lines.push(
      style(
        ["bold", "red"],
        `WOULD BREAK A CONSUMER: ${credential === null ? "" : `${credential}: `}${what}`,
      ),
    );
  }
  for (const error of errors) lines.push(style("red", `FAILED: ${error}`));
  if (alarms.length + errors.length > 0) lines.push("");
  const [heading = "", ...rows] = alignedColumns([HEADINGS, ...credentials.map(cellsOf)]);
  if (credentials.length > 0) lines.push(style("bold", heading));
  for (const [index, credential] of credentials.entries()) {
    lines.push(rows[index] ?? "", ...detailsOf(credential).map((detail) => `  ${detail}`));
  }
  if (changes.length > 0)
    lines.push("", style("bold", "OTHER CHANGES"), ...changes.map(({ area, what }) => `  ${area}: ${what}`));
  if (policy.length > 0) {
    lines.push("", style("bold", "POLICY"));
    for (const { level, rule, resource, message } of policy) {
      lines.push(
        style(level === "mandatory" ? "red" : "yellow", `  ${level} ${rule}: ${resource}`),
        `    ${message}`,
      );
    }
  }
  return lines.join("\n");
}

function cellsOf({ name, what, slot, generation, newExpiresAt, next }: CredentialPreview): string[] {
  return [
    name,
    what,
    slot ?? "-",
    generation === null ? "-" : String(generation),
    newExpiresAt === null ? "-" : day(newExpiresAt),
    next === null ? "-" : `${next.action} ${day(next.at)}`,
  ];
}

function detailsOf({
  what,
  reason,
  consumers,
  changes,
  problems,
  oldExpiresAt,
  newExpiresAt,
  fromNextRotation,
}: CredentialPreview): string[] {
  const details: string[] = problems.map((problem) => `PROBLEM ${problem}`);
  if (fromNextRotation.length > 0) details.push(`from the next rotation on: ${fromNextRotation.join("; ")}`);
  const isQuiet = what === "unchanged" && problems.length === 0 && consumers.keepWorking;
  if (isQuiet) return details;
  details.push(`why: ${reason}`);
  if (oldExpiresAt !== null && newExpiresAt !== null && oldExpiresAt !== newExpiresAt) {
    details.push(`expiry: ${oldExpiresAt} becomes ${newExpiresAt}`);
  }
  const who = consumers.names.length === 0 ? "consumers" : consumers.names.join(", ");
  details.push(`${who}: ${consumers.keepWorking ? "" : "BREAK: "}${consumers.note}`);
  details.push(...changes.map((change) => `also: ${change.what}`));
  return details;
}
