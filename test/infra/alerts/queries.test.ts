import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { logRules } from "../../../infra/alerts/log-rules.ts";
import {
  auditedTiers,
  completeAudits,
  failedSignIns,
  secretsTouchedByPeople,
  succeededRuns,
} from "../../../infra/alerts/queries.ts";
import { DAY_MS } from "../../../infra/duration.ts";
import { queryCompiler } from "../../../sandbox/logs/kql/query.ts";
import { LOG_TABLES } from "../../../sandbox/logs/tables.ts";
import { alertSettings, VERIFICATION } from "../../support/alert-settings.ts";
import { kustoChecker } from "../../support/kusto.ts";

const check = kustoChecker(LOG_TABLES);

const CLIENT_IDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
const WRITTEN = {
  "rotation-stopped": succeededRuns("prod"),
  "people-in-vault": secretsTouchedByPeople(),
  "sign-ins-refused": failedSignIns(CLIENT_IDS, VERIFICATION),
  "audit-stopped": completeAudits("prod"),
  "audit-critical": auditedTiers("prod", "critical"),
  "audit-warning": auditedTiers("prod", "warning"),
  "audit-info": auditedTiers("prod", "info"),
};
/** A fuzzy union would pass over a misspelt table, and its empty one has the columns that a real one may lack. */
const QUERIES = Object.entries(WRITTEN).map(([suffix, query]): [string, string] => [
  suffix,
  query.replace(" isfuzzy=true", "").replace(/\n {2}\(datatable\(.*\)\[\]\),/, ""),
]);

describe("the log rules' queries", () => {
  for (const [suffix, query] of QUERIES) {
    it(`fit their tables: ${suffix}`, () => {
      assert.deepEqual(check(query).errors, []);
    });

    it(`would not pass with a misspelt column, table or function: ${suffix}`, () => {
      assert.ok(!query.includes("datatable") && !query.includes("isfuzzy"));
      const words = new Set(
        query.match(
          /\b(AppEvents|AZKVAuditLogs|SigninLogs|Name|Properties|OperationName|Identity|RequestUri|AppId|ResultType|Failures|Days|Found|TimeGenerated|count|tostring|split|arg_max|toint)\b/g,
        ),
      );
      assert.ok(words.size >= 4);
      for (const word of words) {
        const misspelt = query.replace(new RegExp(`(?<!")\\b${word}\\b`), `${word}x`);
        assert.notEqual(misspelt, query);
        assert.notDeepEqual(check(misspelt).errors, [], `${word}x went unnoticed`);
      }
    });
  }

  it("give the columns that the rules compare and split by", () => {
    const settings = alertSettings({ signInLogs: true, auditInterval: DAY_MS });
    const rules = logRules({ settings, stack: "prod", clientIds: CLIENT_IDS, verification: VERIFICATION });
    assert.deepEqual(rules.map(({ suffix }) => suffix).toSorted(), Object.keys(WRITTEN).toSorted());
    rules.forEach(({ suffix, condition: { measure, dimensions } }) => {
      const { columns } = check(Object.fromEntries(QUERIES)[suffix] ?? "");
      assert.deepEqual(columns.toSorted(), [measure, ...dimensions].toSorted(), suffix);
      assert.ok(dimensions.length <= 6, "Azure takes no more");
    });
  });

  it("give an answer in a workspace that knows none of their tables yet", () => {
    const compile = queryCompiler({});
    const answers = Object.entries(WRITTEN)
      // The sandbox has all sign-in tables or none.
      .filter(([suffix]) => suffix !== "sign-ins-refused")
      .map(([suffix, query]) => [suffix, compile(query).run({ nowMs: 0, rows: () => [] })]);
    assert.deepEqual(Object.fromEntries(answers), {
      "rotation-stopped": [{ runs: 0 }],
      "people-in-vault": [],
      "audit-stopped": [{ runs: 0 }],
      "audit-critical": [],
      "audit-warning": [],
      "audit-info": [],
    });
    const unknown = kustoChecker({});
    for (const query of Object.values(WRITTEN)) assert.deepEqual(unknown(query).errors, []);
    assert.notDeepEqual(unknown("AppEvents | count").errors, []);
  });

  it("take a stack's name as text, whatever stands in it", () => {
    const { errors } = check(succeededRuns('a" or 1 == 1 // \\'));
    assert.deepEqual(errors, []);
    assert.ok(succeededRuns('a"b').includes('== "a\\"b"'));
  });
});
