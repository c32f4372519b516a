import { test } from "node:test";
import { emptyNoticeState, tierNotices } from "../../../../cli/audit/notices.ts";
import { FORMATS } from "../../../../cli/audit/options.ts";
import { render } from "../../../../cli/audit/report/render.ts";
import { sampleResult } from "../../../support/audit-result.ts";
import { assertGolden } from "../../../support/golden.ts";

const ENDINGS = {
  table: "txt",
  json: "json",
  markdown: "md",
  csv: "csv",
  sarif: "sarif",
  prometheus: "prom",
  html: "html",
} as const;

for (const format of FORMATS) {
  test(`the ${format} report is as it was`, async () => {
    const result = sampleResult('Müller\u001b[31m <b onclick="x">|=1+1 @all `#1 [x](y)\u202e 应用程序');
    const { notices } = tierNotices(result.findings, result.policy.tiers, emptyNoticeState, result.nowMs);
    const docsUrl = "https://github.com/example/keyturn/blob/main/docs/";
    const report = await render(format, result, { docsUrl, notices, limit: 200, style: (_, text) => text });
    await assertGolden(import.meta.url, `report.${ENDINGS[format]}`, report);
  });
}
