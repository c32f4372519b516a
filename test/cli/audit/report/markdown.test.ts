import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditResult } from "../../../../cli/audit/audit.ts";
import { renderMarkdown, renderTierBody } from "../../../../cli/audit/report/markdown.ts";
import { sampleResult } from "../../../support/audit-result.ts";

function manyFindings(count: number): AuditResult {
  const result = sampleResult("Application <x>");
  const [first] = result.findings;
  if (first === undefined) throw new Error("no finding");
  return {
    ...result,
    findings: Array.from({ length: count }, (_, index) => ({ ...first, id: `${first.id}${index}` })),
  };
}

test("a summary fits into a step summary, and says what it leaves out", () => {
  const text = renderMarkdown(manyFindings(20_000), { docsUrl: "docs/" });
  assert.ok(Buffer.byteLength(text) <= 1_000_000);
  const rows = text.split("\n").filter((line) => line.startsWith("| critical")).length;
  assert.match(text, new RegExp(`\\n${20_000 - rows} more, less urgent, are left out here`));
  assert.match(text, /\*\*What to do\*\*/);
});

test("a tier's body fits into an issue", () => {
  const result = manyFindings(5_000);
  const body = renderTierBody({ tier: 0, findings: result.findings, due: [] }, result, "docs/");
  assert.ok(body.length <= 65_536);
  assert.match(body, /^These have expired/);
  assert.match(
    renderTierBody({ tier: 7, findings: [], due: [] }, result, "docs/"),
    /^Nothing is in this tier any more/,
  );
});

test("what fits is not cut", () => {
  assert.doesNotMatch(renderMarkdown(manyFindings(100), { docsUrl: "docs/" }), /left out/);
});
