import { stringify } from "csv-stringify/sync";
import type { AuditResult } from "../audit.ts";
import { describe, titleOf } from "../findings/catalogue.ts";
import { formatMoment } from "../graph-time.ts";
import { helpLink } from "./links.ts";

const COLUMNS = [
  "severity",
  "kind",
  "title",
  "name",
  "message",
  "due",
  "tier",
  "subject type",
  "subject id",
  "client id",
  "credential type",
  "key id",
  "credential name",
  "start",
  "end",
  "managed credential",
  "owners",
  "help",
  "id",
  "stack",
];

/**
 * For spreadsheets (RFC 4180, with a byte order mark, without which Excel reads no UTF-8). A field that a
 * spreadsheet would take for a formula begins with an apostrophe
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function renderCsv(result: AuditResult, docsUrl: string): string {
  const rows = result.findings.map((finding) => {
    const { subject, credential, dueMs, tier } = finding;
    return [
      finding.severity,
      finding.kind,
      titleOf(finding),
      subject.name,
      describe(finding, result.nowMs),
      moment(dueMs),
      tier ?? "",
      subject.type,
      subject.id,
      subject.appId ?? "",
      credential?.type ?? "",
      credential?.keyId ?? "",
      credential?.name ?? "",
      moment(credential?.startMs),
      moment(credential?.endMs),
      finding.managedCredential ?? "",
      (result.owners?.get(subject.id) ?? []).map(({ mail, name, id }) => mail ?? name ?? id).join("; "),
      helpLink(finding.kind, docsUrl),
      finding.id,
      finding.stack ?? "",
    ];
  });
  return stringify([COLUMNS, ...rows], { bom: true, record_delimiter: "windows", escape_formulas: true });
}

function moment(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? "" : formatMoment(ms);
}
