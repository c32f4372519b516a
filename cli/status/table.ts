import stringWidth from "string-width";
import { DAY_MS } from "../../infra/duration.ts";
import type { Terminal } from "../terminal.ts";
import type { CredentialStatus, StatusDocument } from "./document.ts";

/** A line for each credential, and below it where its parts are. */
export function statusTable({ stack, at, credentials }: StatusDocument, style: Terminal["style"]): string {
  const nowMs = Date.parse(at);
  const rows = credentials.map((credential) => summaryOf(credential, nowMs));
  const columns = alignedColumns([HEADINGS, ...rows]);
  const [heading = "", ...lines] = columns;
  const blocks = credentials.map((credential, index) =>
    [urgency(credential, nowMs, lines[index] ?? "", style), ...detailsOf(credential)].join("\n"),
  );
  return [`Stack ${stack}, ${at}`, "", style("bold", heading), ...blocks].join("\n");
}

const HEADINGS = ["CREDENTIAL", "SLOT", "GENERATION", "EXPIRES", "DAYS LEFT", "NEXT ROTATION"];

function summaryOf({ name, current, nextRotationAt }: CredentialStatus, nowMs: number): string[] {
  if (current === null) return [name, "-", "-", "not published", "-", "-"];
  return [
    name,
    current.slot,
    String(current.generation),
    dayOf(current.expiresAt),
    String(daysUntil(current.expiresAt, nowMs)),
    nextRotationAt === null ? "-" : dayOf(nextRotationAt),
  ];
}

function detailsOf(credential: CredentialStatus): string[] {
  const { clientId, current, previous, vaultSecret, movedFrom, readers, problems } = credential;
  const details: [string, string][] = [["application", clientId]];
  if (current !== null) details.push(["key", current.keyId]);
  if (previous !== null) {
    details.push([
      "previous",
      `slot ${previous.slot}, generation ${previous.generation}, until ${previous.retireAfter}`,
    ]);
  }
  if (vaultSecret !== null) {
    const { vaultUri, name, version } = vaultSecret;
    details.push(["secret", `${vaultUri.replace(/\/+$/, "")}/secrets/${name}/${version}`]);
  }
  if (movedFrom !== null) {
    details.push(["moving", `published in ${movedFrom.vault} too, since ${movedFrom.since}`]);
  }
  details.push(["readers", readers.length === 0 ? "nobody" : readers.map(({ name }) => name).join(", ")]);
  for (const problem of problems) details.push(["PROBLEM", problem]);
  return details.map(([label, text]) => `  ${label.padEnd(12)} ${text}`);
}

/** Less than a month is when the alert fires: something did not rotate. */
const URGENT_DAYS = 30;

function urgency(
  { current, problems }: CredentialStatus,
  nowMs: number,
  line: string,
  style: Terminal["style"],
): string {
  const days = current === null ? 0 : daysUntil(current.expiresAt, nowMs);
  if (problems.length > 0 || days <= 0) return style("red", line);
  return days <= URGENT_DAYS ? style("yellow", line) : line;
}

/** Whole days from now on; what ends today has none. */
export function daysUntil(instant: string, nowMs: number): number {
  return Math.floor((Date.parse(instant) - nowMs) / DAY_MS);
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

/** Rows of cells as lines, each column as wide as its widest cell. */
export function alignedColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ""))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - stringWidth(cell)))
      .join("  ")
      .trimEnd(),
  );
}
