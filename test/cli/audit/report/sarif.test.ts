import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { renderSarif } from "../../../../cli/audit/report/sarif.ts";
import { sampleResult } from "../../../support/audit-result.ts";

const level = z.enum(["none", "note", "warning", "error"]);
const message = z.strictObject({ text: z.string().min(1) });
/** A relative reference without a scheme (RFC 3986). */
const relativeUri = z.string().regex(/^[A-Za-z0-9\-._~!$&'()*+,;=@%/]+$/);
const utc = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);

/** The part of SARIF 2.1.0 that the report uses, with what section 3 of the specification requires of it. */
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string().min(1),
          rules: z.array(
            z.strictObject({
              id: z.string().min(1),
              shortDescription: message,
              help: message,
              helpUri: z.url().optional(),
              properties: z.strictObject({
                tags: z.array(z.string()),
                "security-severity": z.string().regex(/^(10\.0|\d\.\d)$/),
              }),
            }),
          ),
        }),
      }),
      invocations: z.tuple([
        z.strictObject({
          executionSuccessful: z.boolean(),
          startTimeUtc: utc,
          toolExecutionNotifications: z.array(z.strictObject({ level, message })),
        }),
      ]),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level,
          message,
          locations: z.tuple([
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({ uri: relativeUri }),
                region: z.strictObject({ startLine: z.int().min(1) }),
              }),
              logicalLocations: z.tuple([
                z.strictObject({ name: z.string(), fullyQualifiedName: z.string(), kind: z.string() }),
              ]),
            }),
          ]),
          partialFingerprints: z.record(z.string(), z.string()),
          properties: z.record(z.string(), z.unknown()),
        }),
      ),
    }),
  ]),
});

test("the report is SARIF 2.1.0, its results refer to its rules, and each has its own fingerprint", () => {
  const result = sampleResult("A & B <x> %2e");
  const log = sarif.parse(JSON.parse(renderSarif(result, "https://example.com/docs/")));
  const [{ tool, results }] = log.runs;
  for (const { ruleId, ruleIndex } of results) assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
  assert.equal(new Set(tool.driver.rules.map(({ id }) => id)).size, tool.driver.rules.length);
  assert.equal(
    new Set(results.map((each) => each.partialFingerprints["keyturnFinding/v1"])).size,
    results.length,
  );
  assert.equal(results.length, result.findings.length);
  assert.equal(results[0]?.level, "error");
});

test("an incomplete audit did not execute successfully, and says why", () => {
  const result = { ...sampleResult("x"), complete: false };
  result.gaps = [{ what: "vault https://kv", why: "403", essential: true, refused: true }];
  const [{ invocations }] = sarif.parse(JSON.parse(renderSarif(result, "docs/"))).runs;
  assert.equal(invocations[0].executionSuccessful, false);
  assert.deepEqual(invocations[0].toolExecutionNotifications, [
    { level: "error", message: { text: "vault https://kv: 403" } },
  ]);
});

test("without an address for the documentation, rules have no link that leads nowhere", () => {
  const [{ tool }] = sarif.parse(JSON.parse(renderSarif(sampleResult("x"), "docs/"))).runs;
  assert.ok(tool.driver.rules.every(({ helpUri }) => helpUri === undefined));
});

test("more results than GitHub stores are left out, the least urgent ones, and that is said", () => {
  const sample = sampleResult("x");
  const many = (count: number, kind: "no-owner" | "expired-credential") =>
    Array.from({ length: count }, (_, index) => ({
      id: `${kind}/${index}`,
      kind,
      severity: kind === "no-owner" ? ("low" as const) : ("critical" as const),
      subject: { type: "application" as const, id: `${index}`, name: "x" },
      facts: { credentials: 1 },
    }));
  const limits = [
    { findings: many(5000, "expired-credential"), said: [] },
    {
      findings: [...many(5000, "expired-credential"), ...many(25_000, "no-owner")],
      said: [
        "25000 more findings, less urgent, are left out here; the CSV and JSON reports have all of them.",
      ],
    },
  ];
  for (const { findings, said } of limits) {
    const [run] = sarif.parse(JSON.parse(renderSarif({ ...sample, gaps: [], findings }, "docs/"))).runs;
    assert.equal(run.results.length, 5000);
    assert.ok(run.results.every(({ ruleId }) => ruleId === "expired-credential"));
    assert.deepEqual(
      run.tool.driver.rules.map(({ id }) => id),
      ["expired-credential"],
    );
    assert.deepEqual(
      run.invocations[0].toolExecutionNotifications.map(({ message: { text } }) => text),
      said,
    );
  }
});
