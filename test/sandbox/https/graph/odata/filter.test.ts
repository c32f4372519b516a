import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseFilter } from "../../../../../sandbox/https/graph/odata/filter.ts";
import { matchesFilter } from "../../../../../sandbox/https/graph/odata/matches-filter.ts";

const entity = {
  id: "1",
  displayName: "O'Hara's mailman",
  enabled: true,
  count: 3,
  nothing: null,
  created: "2025-02-14T11:30:00Z",
  info: { name: "x" },
  tags: ["keyturn", "Sell"],
  passwords: [
    { keyId: "k1", displayName: "a 1" },
    { keyId: "k2", displayName: "b 2" },
  ],
};

const cases: [string, boolean][] = [
  ["displayName eq 'o''hara''s MAILMAN'", true],
  ["displayName eq 'other'", false],
  ["displayName ne 'other'", true],
  ["startswith(displayName,'O''H')", true],
  ["startsWith(displayName, 'x')", false],
  ["startswith(displayName,'o') eq true", true],
  ["startswith(displayName,'o') eq false", false],
  ["endswith(displayName,'man')", true],
  ["contains(displayName,'mail')", true],
  ["enabled eq true", true],
  ["enabled eq false", false],
  ["count ge 3 and count lt 4", true],
  ["nothing eq null", true],
  ["missing eq null", true],
  ["displayName ne null", true],
  ["info/name eq 'x'", true],
  ["created ge 2025-02-14T11:30:00.000Z", true],
  ["created gt 2025-02-14T12:30:00+01:00", false],
  ["created le 2025-02-14T12:30:00+01:00", true],
  ["tags/any(t:t eq 'sell')", true],
  ["tags/any(t: t eq 'other')", false],
  ["tags/any()", true],
  ["tags/all(t:startswith(t,'k') or startswith(t,'s'))", true],
  ["passwords/any(p:p/keyId eq 'k2' and p/displayName eq 'b 2')", true],
  ["passwords/any(p:p/keyId eq 'k2' and p/displayName eq 'a 1')", false],
  ["tags/$count eq 2", true],
  ["missing/$count eq 0", true],
  ["id in ('3','1')", true],
  ["id in ('3')", false],
  ["not (id eq '1')", false],
  ["not startswith(displayName,'x') and id eq '1'", true],
  ["id eq '1' or id eq '2' and id eq '3'", true],
  ["(id eq '1' or id eq '2') and id eq '3'", false],
];

test("filters mean what OData says", () => {
  for (const [text, expected] of cases) {
    assert.equal(matchesFilter(entity, parseFilter(text)), expected, text);
  }
});

test("what is no filter is refused, never guessed at", () => {
  for (const text of [
    "",
    "displayName",
    "displayName eq",
    "eq 'x'",
    "a eq 'x",
    "(a eq 1",
    "a eq 1)",
    "a like 'b'",
    "a eq 1 b eq 2",
    "startswith(a)",
    "tags/any(t:t eq 'x'",
    "a in 'x'",
  ]) {
    assert.throws(() => parseFilter(text), { name: "DirectoryError", status: 400 }, text);
  }
  assert.throws(() => parseFilter("tolower(a) eq 'b'"), { name: "Unsupported" });
});

test("any text can be asked for, quotes and all", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const filter = parseFilter(`displayName eq '${text.replaceAll("'", "''")}'`);
      assert.ok(matchesFilter({ displayName: text }, filter));
      assert.ok(!matchesFilter({ displayName: `${text}x` }, filter));
    }),
  );
});

test("and, or and not follow the rules of logic, whatever they join", () => {
  const leaf = fc.constantFrom("a eq 1", "a eq 2", "b eq 1", "b eq 2");
  const { filter } = fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.tuple(tie("filter"), tie("filter")).map(([x, y]) => `(${x} and ${y})`),
      fc.tuple(tie("filter"), tie("filter")).map(([x, y]) => `(${x} or ${y})`),
      tie("filter").map((x) => `not (${x})`),
    ),
  }));
  fc.assert(
    fc.property(filter, fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 }), (text, a, b) => {
      const expression = text
        .replaceAll(/([ab]) eq (\d)/g, (_, name: string, value: string) =>
          String((name === "a" ? a : b) === Number(value)),
        )
        .replaceAll(" and ", "&&")
        .replaceAll(" or ", "||")
        .replaceAll("not ", "!");
      assert.equal(matchesFilter({ a, b }, parseFilter(text)), evaluated(expression), text);
    }),
  );
});

/** A tiny evaluator of `true`, `false`, `&&`, `||`, `!` and parentheses, by rewriting. */
function evaluated(expression: string): boolean {
  let text = expression;
  for (;;) {
    const next = text
      .replaceAll(/\((true|false)\)/g, "$1")
      .replaceAll("!true", "false")
      .replaceAll("!false", "true")
      .replaceAll("(true&&true)", "true")
      .replaceAll(/\((true&&false|false&&true|false&&false)\)/g, "false")
      .replaceAll(/\((true\|\|true|true\|\|false|false\|\|true)\)/g, "true")
      .replaceAll("(false||false)", "false");
    if (next === text) break;
    text = next;
  }
  assert.match(text, /^(true|false)$/);
  return text === "true";
}
