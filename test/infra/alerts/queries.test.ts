import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { logRules } from "../../../infra/alerts/log-rules.ts";
import { failedSignIns, secretsTouchedByPeople, succeededRuns } from "../../../infra/alerts/queries.ts";
import { DAY_MS } from "../../../infra/duration.ts";
import { LOG_TABLES } from "../../../sandbox/logs/tables.ts";
import { kustoChecker } from "../../support/kusto.ts";

const check = kustoChecker(LOG_TABLES);

const CLIENT_IDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
/** A fuzzy union would pass over a misspelt table. */
const QUERIES = [succeededRuns("prod"), secretsTouchedByPeople(), failedSignIns(CLIENT_IDS)].map((query) =>
  query.replace("isfuzzy=true", ""),
);

describe("the log rules' queries", () => {
  for (const query of QUERIES) {
    const [first = ""] = query.split(/\s/);
    it(`fit their tables: ${first}`, () => {
      assert.deepEqual(check(query).errors, []);
    });

    it(`would not pass with a misspelt column, table or function: ${first}`, () => {
      const words = new Set(
        query.match(
          /\b(AppEvents|AZKVAuditLogs|SigninLogs|Name|Properties|OperationName|Identity|RequestUri|AppId|ResultType|Failures|count|tostring|split)\b/g,
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
    const settings = {
      receivers: [],
      runbooks: "https://example.com",
      runInterval: DAY_MS,
      signInLogs: true,
      retention: 90 * DAY_MS,
    };
    const rules = logRules(settings, "prod", CLIENT_IDS);
    assert.equal(rules.length, QUERIES.length);
    rules.forEach(({ suffix, condition: { measure, dimensions } }, index) => {
      const { columns } = check(QUERIES[index] ?? "");
      assert.deepEqual(columns.toSorted(), [measure, ...dimensions].toSorted(), suffix);
      assert.ok(dimensions.length <= 6, "Azure takes no more");
    });
  });

  it("take a stack's name as text, whatever stands in it", () => {
    const { errors } = check(succeededRuns('a" or 1 == 1 // \\'));
    assert.deepEqual(errors, []);
    assert.ok(succeededRuns('a"b').includes('== "a\\"b"'));
  });
});
