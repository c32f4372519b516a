import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { queryCompiler } from "../../../../sandbox/logs/kql/query.ts";
import type { Row, Value } from "../../../../sandbox/logs/kql/values.ts";

const NOON_MS = Date.UTC(2025, 1, 14, 12);
const MINUTE_MS = 60_000;

const compile = queryCompiler({
  E: "(TimeGenerated:datetime, Name:string, N:long, R:real, Bag:dynamic, Yes:bool)",
  Other: "(TimeGenerated:datetime, Name:string, X:long)",
  Clash: "(Name:long)",
});

const ROWS: Record<string, Row[]> = {
  E: [
    {
      TimeGenerated: NOON_MS - 4 * MINUTE_MS,
      Name: "x-Run",
      N: 1,
      R: 0.5,
      Bag: { a: { b: [1, "two"] } },
      Yes: true,
    },
    { TimeGenerated: NOON_MS - 3 * MINUTE_MS, Name: "run_2", N: 5, R: null, Bag: { a: "text" }, Yes: false },
    { TimeGenerated: NOON_MS - 2 * MINUTE_MS, Name: "running", N: null, R: 2, Bag: null, Yes: null },
    { TimeGenerated: NOON_MS - 1 * MINUTE_MS, Name: "", N: -3, R: 8, Bag: "5", Yes: true },
  ],
  Other: [{ TimeGenerated: NOON_MS, Name: "RUN", X: 7 }],
};

/** The rows of a query's result, as lists of values. */
function run(query: string, rows = ROWS): Value[][] {
  const compiled = compile(query);
  const result = compiled.run({ nowMs: NOON_MS, rows: (table) => rows[table] ?? [] });
  return result.map((row) => compiled.columns.map(({ name }) => row[name] ?? null));
}

/** Which of the four rows a condition lets through, by number. */
function chosen(condition: string): Value[] {
  const moments = run(`E | where ${condition} | project TimeGenerated`);
  return moments.map(([ms]) => 5 - (NOON_MS - Number(ms)) / MINUTE_MS);
}

describe("conditions", () => {
  const cases: [string, number[]][] = [
    ['Name == "run_2"', [2]],
    ['Name == "RUN_2"', []],
    ['Name =~ "RUN_2"', [2]],
    ['Name !~ "RUN_2"', [1, 3, 4]],
    ['Name != "run_2"', [1, 3, 4]],
    ['Name has "RUN"', [1, 2]],
    ['Name has_cs "run"', [2]],
    ['Name !has "run"', [3, 4]],
    ['Name has "ru"', []],
    ['Name contains "RUN"', [1, 2, 3]],
    ['Name contains_cs "Run"', [1]],
    ['Name startswith "RUN"', [2, 3]],
    ['Name endswith_cs "Run"', [1]],
    ['Name in ("run_2", "running")', [2, 3]],
    ['Name in ("RUN_2")', []],
    ['Name in~ ("RUN_2")', [2]],
    ['Name !in ("run_2", "running")', [1, 4]],
    ['Name !in~ ("RUN_2", "RUNNING")', [1, 4]],
    ['Name has_any ("2", "x")', [1, 2]],
    ['Name has_all ("2", "run")', [2]],
    ["isempty(Name)", [4]],
    ["isnotempty(Name)", [1, 2, 3]],
    // Nulls: unequal to what there is, and neither more nor less than it.
    ["N == 5", [2]],
    ["N != 5", [1, 3, 4]],
    ["N < 5", [1, 4]],
    ["not(N < 5)", [2]],
    ["isnull(N)", [3]],
    ["isnotnull(R) and N > 0", [1]],
    ["N > 0 or R > 1", [1, 2, 3, 4]],
    ["N > 2 and R > 1", []],
    ["N between (1 .. 5)", [1, 2]],
    ["N !between (1 .. 5)", [4]],
    ["Yes", [1, 4]],
    ["not(Yes)", [2]],
    ["TimeGenerated > ago(2m)", [4]],
    ["TimeGenerated >= ago(2m)", [3, 4]],
    ["TimeGenerated < now() - 2m", [1, 2]],
    ["TimeGenerated between (datetime(2025-02-14 11:57) .. datetime(2025-02-14T11:58:00Z))", [2, 3]],
    ['tostring(Bag.a.b[1]) == "two"', [1]],
    ['tostring(Bag["a"].b[-1]) == "two"', [1]],
    ["toint(Bag.a.b[0]) == 1", [1]],
    ["isnull(Bag.a)", [3, 4]],
    ['tostring(Bag) == "5"', [4]],
    ["tolong(Bag) == 5", [4]],
    ['Name in (dynamic(["run_2", "x-Run"]))', [1, 2]],
  ];
  for (const [condition, rows] of cases) {
    it(condition, () => assert.deepEqual(chosen(condition), rows));
  }
});

describe("what is computed", () => {
  const cases: [string, Value][] = [
    ["7 / 2", 3],
    ["-7 / 2", -3],
    ["1 / 0", null],
    ["7 / 2.0", 3.5],
    ["1.0 * 3", 3],
    ["N + 1", null],
    ["tostring(1.0)", "1.0"],
    ["tostring(3)", "3"],
    ["tostring(true)", "true"],
    ["tostring(datetime(2025-02-14T11:30:00.5Z))", "2025-02-14T11:30:00.5000000Z"],
    ["tostring(1d + 2h + 3m + 4s)", "1.02:03:04"],
    ['tolong("12")', 12],
    ['tolong("1x")', null],
    ['toreal("1.5")', 1.5],
    ['tobool("TRUE")', true],
    ['todatetime("2025-02-14T11:30:00Z") - datetime(2025-02-14)', 11.5 * 3_600_000],
    ["bin(7, 5)", 5],
    ["bin(-7, 5)", -10],
    ["bin(datetime(2025-02-14T11:34:56Z), 5m)", Date.UTC(2025, 1, 14, 11, 30)],
    // Weeks begin on the first day of the year 1, a Monday.
    ["bin(datetime(2025-02-14), 7d)", Date.UTC(2025, 1, 10)],
    ["1h / 5m", 12],
    ['iff(N > 0, "yes", "no")', "no"],
    ['case(N > 0, "plus", isnull(N), "none", "else")', "none"],
    ["coalesce(N, 4)", 4],
    ['strcat("a", 1, true)', "a1true"],
    ['tostring(split("https://v/secrets/s?x", "?")[0])', "https://v/secrets/s"],
    ['parse_json("{\\"a\\":[1]}").a[0]', 1],
    ['extractjson("$.a.b", "{\\"a\\":{\\"b\\":2}}")', "2"],
    ["max_of(1, 3, 2)", 3],
    ["round(2.345, 2)", 2.35],
  ];
  for (const [expression, value] of cases) {
    it(expression, () => {
      assert.deepEqual(run(`E | where isnull(N) | project v = ${expression}`), [[value]]);
    });
  }
});

describe("tables", () => {
  it("without rows give one row to a summary of everything, and none to one by groups", () => {
    const none = { E: [] };
    const all =
      "count(), countif(N > 1), sum(N), dcount(Name), avg(N), max(N), min(TimeGenerated), percentile(R, 95)";
    assert.deepEqual(run(`E | summarize ${all}`, none), [[0, 0, 0, 0, null, null, null, null]]);
    assert.deepEqual(run(`E | summarize ${all} by Name`, none), []);
    assert.deepEqual(run("E | count", none), [[0]]);
  });

  it("are summarized without their nulls", () => {
    const result = run("E | summarize count(), sum(N), avg(N), max(N), min(R), dcount(N), sumif(N, N > 0)");
    assert.deepEqual(result, [[4, 3, 1, 5, 0.5, 3, 6]]);
  });

  it("are summarized by groups, spans of time and expressions", () => {
    assert.deepEqual(
      run("E | summarize c = count() by bin(TimeGenerated, 2m), e = isempty(Name) | sort by c, e"),
      [
        [NOON_MS - 4 * MINUTE_MS, false, 2],
        [NOON_MS - 2 * MINUTE_MS, true, 1],
        [NOON_MS - 2 * MINUTE_MS, false, 1],
      ],
    );
    assert.deepEqual(run("E | summarize share = 100.0 * countif(N > 0) / count()"), [[50]]);
  });

  it("give percentiles by the nearest rank", () => {
    const rows = { E: Array.from({ length: 100 }, (_, index) => ({ R: (index * 37) % 100 })) };
    assert.deepEqual(run("E | summarize percentiles(R, 1, 50, 95, 100)", rows), [[0, 49, 94, 99]]);
  });

  it("give the row of an extreme", () => {
    assert.deepEqual(run("E | summarize arg_max(R, Name, N)"), [[8, "", -3]]);
    assert.deepEqual(run("E | summarize arg_min(TimeGenerated, *) by Yes | where Yes | project N"), [[1]]);
  });

  it("are ordered, cut and freed of doubles", () => {
    assert.deepEqual(run("E | order by N | project N"), [[5], [1], [-3], [null]]);
    assert.deepEqual(run("E | order by N asc | project N"), [[null], [-3], [1], [5]]);
    assert.deepEqual(run("E | order by N asc nulls last | take 2 | project N"), [[-3], [1]]);
    assert.deepEqual(run("E | top 1 by R | project R"), [[8]]);
    assert.deepEqual(run("E | distinct Yes | count"), [[3]]);
    assert.deepEqual(run("E | project-away TimeGenerated, Bag, Yes, R | take 1"), [["x-Run", 1]]);
  });

  it("are joined one below the other; what is not there may be passed over", () => {
    assert.deepEqual(run("union E, Other | where isnotnull(X) | project Name, X, N"), [["RUN", 7, null]]);
    assert.deepEqual(run("union isfuzzy=true Other, Missing | project Name"), [["RUN"]]);
    assert.deepEqual(run("union isfuzzy=true Other, (Missing) | project Name"), [["RUN"]]);
    const none = "datatable(Name:string, Bag:dynamic)[]";
    assert.deepEqual(run(`union isfuzzy=true (${none}), (Missing) | where Name == "a" | count`), [[0]]);
    assert.deepEqual(run("let t = 4; let big = E | where N > t; big | union (Other | where X > t) | count"), [
      [2],
    ]);
  });
});

describe("rows in the query itself", () => {
  it("are tables like others", () => {
    assert.deepEqual(run('datatable(Name:string, N:long)["a", 1, "b", -2] | where N < 2'), [
      ["a", 1],
      ["b", -2],
    ]);
    assert.deepEqual(run("datatable(Name:string)[] | count"), [[0]]);
  });
});

describe("what is not evaluated", () => {
  const cases: [string, RegExp][] = [
    ["E | join Other on Name", /does not evaluate this operator \(JoinOperator\): join Other on Name/],
    ["E | make-series count() on TimeGenerated step 1h", /MakeSeriesOperator/],
    ["E | mv-expand Bag", /MvExpandOperator/],
    ['E | where Name matches regex "a"', /does not evaluate matches regex between string, string/],
    ['E | where Bag.a == "x"', /== between dynamic, string/],
    ["E | summarize make_list(N)", /does not evaluate make_list\(\)/],
    ["E | extend strrev = reverse(Name)", /does not evaluate reverse\(\)/],
    ["E | extend tostring(N)", /no name of its own/],
    ["E | summarize hint.strategy=shuffle count() by Name", /parameters/],
    ["union withsource=T E, Other", /parameters of union/],
    [
      "union isfuzzy=true Other, (Missing | take 1)",
      /does not evaluate this table \(NameReference\): Missing/,
    ],
    ["union E, Clash", /one name and different types/],
    ["E | where N % 2 == 1", /does not evaluate % between long, long/],
    ["let f = (a:long) { a + 1 }; E | where f(N) > 1", /does not evaluate/],
    ["E | where Nam == 1", /The name 'Nam' does not refer to any known column/],
    ["Missing | count", /The name 'Missing' does not refer/],
    ["E |", /./],
  ];
  for (const [query, message] of cases) {
    it(`is named before any row is read: ${query}`, () => {
      assert.throws(() => compile(query), { name: "KqlError", message });
    });
  }
});

test("a condition and its opposite never both hold, and with `isnull` they are everything", () => {
  const number = fc.option(fc.integer({ min: -3, max: 3 }), { nil: null });
  const rows = fc.array(fc.record({ N: number, R: number }), { maxLength: 20 });
  fc.assert(
    fc.property(
      rows,
      fc.constantFrom("N > 1", "N == R", "N != 2", "N > 0 and R < 1", "N < 0 or R > 0"),
      (E, text) => {
        const count = (condition: string) => Number(run(`E | where ${condition} | count`, { E })[0]?.[0]);
        assert.equal(count(text) + count(`not(${text})`) + count(`isnull(${text})`), E.length);
      },
    ),
    { numRuns: 40 },
  );
});
