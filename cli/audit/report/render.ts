import type { Terminal } from "../../terminal.ts";
import type { AuditResult } from "../audit.ts";
import type { TierNotice } from "../notices.ts";
import type { Format } from "../options.ts";
import { renderCsv } from "./csv.ts";
import { renderHtml } from "./html.ts";
import { renderJson } from "./json.ts";
import { renderMarkdown } from "./markdown.ts";
import { renderPrometheus } from "./prometheus.ts";
import { renderSarif } from "./sarif.ts";
import { renderTable } from "./table.ts";

export interface RenderArgs {
  docsUrl: string;
  notices: readonly TierNotice[];
  /** Of the table: see `TableArgs`. */
  limit: number;
  style: Terminal["style"];
}

/** The report in one form. */
export async function render(format: Format, result: AuditResult, args: RenderArgs): Promise<string> {
  const { docsUrl } = args;
  switch (format) {
    case "table":
      return renderTable(result, args);
    case "json":
      return renderJson(result, args);
    case "markdown":
      return renderMarkdown(result, args);
    case "csv":
      return renderCsv(result, docsUrl);
    case "sarif":
      return renderSarif(result, docsUrl);
    case "prometheus":
      return renderPrometheus(result);
    case "html":
      return renderHtml(result, docsUrl);
  }
}
