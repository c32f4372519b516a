import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideFault, type FaultableCall } from "../../../sandbox/faults/decide.ts";
import { type FaultRequest, type FaultRule, faultRequest } from "../../../sandbox/faults/rule.ts";
import type { FaultCounter } from "../../../sandbox/faults/state.ts";

const CALL: FaultableCall = {
  face: "https",
  operation: "graph.application.addPassword",
  path: "localhost/v1.0/applications/1/addPassword",
};

function rule(
  id: string,
  request: Omit<FaultRequest, "effect"> & { effect?: FaultRequest["effect"] },
): FaultRule {
  return { id, ...faultRequest.parse({ effect: { kind: "reset" }, ...request }) };
}

/** Which of `count` calls are struck, counted from 1, and by which rule. */
function struck(rules: FaultRule[], count: number, call = CALL, seed = "seed"): [number, string][] {
  let counters: Record<string, FaultCounter> = {};
  const found: [number, string][] = [];
  for (let n = 1; n <= count; n++) {
    const decision = decideFault(rules, call, counters, seed);
    counters = decision.counters;
    if (decision.struck !== undefined) found.push([n, decision.struck.rule.id]);
  }
  return found;
}

test("a rule strikes always, at the n-th match, from there on, or at every n-th; at most so often", () => {
  const numbers = (request: Parameters<typeof rule>[1]) => struck([rule("1", request)], 7).map(([n]) => n);
  assert.deepEqual(numbers({}), [1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(numbers({ times: 2 }), [1, 2]);
  assert.deepEqual(numbers({ when: { kind: "nth", n: 3 } }), [3]);
  assert.deepEqual(numbers({ when: { kind: "from", n: 6 } }), [6, 7]);
  assert.deepEqual(numbers({ when: { kind: "from", n: 3 }, times: 2 }), [3, 4]);
  assert.deepEqual(numbers({ when: { kind: "every", n: 3 } }), [3, 6]);
  assert.deepEqual(numbers({ when: { kind: "every", n: 2 }, times: 2 }), [2, 4]);
});

test("a call is matched by face, by operation and by path", () => {
  const strikes = (match: FaultRequest["match"], call = CALL) =>
    struck([rule("1", { match })], 1, call).length === 1;
  assert.ok(strikes({}));
  assert.ok(strikes({ face: "https" }));
  assert.ok(!strikes({ face: "provider" }));
  assert.ok(strikes({ operation: "graph.*" }));
  assert.ok(strikes({ operation: "GRAPH.application.addpassword" }));
  assert.ok(!strikes({ operation: "login.*" }));
  assert.ok(!strikes({ operation: "graph" }), "a name is matched as a whole");
  assert.ok(strikes({ path: "**/addPassword" }));
  assert.ok(strikes({ path: "/localhost/v1.0/applications/*/addPassword" }));
  assert.ok(!strikes({ path: "localhost/*/addPassword" }), "* stays within a part of the path");
  assert.ok(!strikes({ operation: "graph.*", path: "**/removePassword" }), "everything must match");
  const create = {
    face: "provider" as const,
    operation: "azuread.create",
    path: "azuread/index/ApplicationPassword/a",
  };
  assert.ok(strikes({ operation: "azuread.create", path: "**/ApplicationPassword/*" }, create));
  assert.ok(!strikes({ operation: "azuread.create" }, { ...create, operation: "azuread.create:preview" }));
});

test("half an answer never strikes the provider face", () => {
  const half = rule("1", { effect: { kind: "half" } });
  assert.deepEqual(struck([half], 1, { ...CALL, face: "provider" }), []);
});

test("the first rule that is due strikes; the others count the call all the same", () => {
  const rules = [rule("a", { when: { kind: "nth", n: 2 } }), rule("b", { when: { kind: "every", n: 2 } })];
  assert.deepEqual(struck(rules, 6), [
    [2, "a"],
    [4, "b"],
    [6, "b"],
  ]);
});

test("chance comes from the seed alone, and is as likely as it says", () => {
  const rules = [rule("1", { when: { kind: "probability", p: 0.3 } })];
  const once = struck(rules, 3000);
  assert.deepEqual(struck(rules, 3000), once);
  assert.notDeepEqual(struck(rules, 3000, CALL, "another seed"), once);
  assert.ok(Math.abs(once.length / 3000 - 0.3) < 0.03, `${once.length} of 3000`);
  const own = [rule("1", { when: { kind: "probability", p: 0.3, seed: "seed" } })];
  assert.deepEqual(struck(own, 3000, CALL, "another seed"), once, "a rule may have a seed of its own");
  assert.equal(struck([rule("1", { when: { kind: "probability", p: 1 } })], 50).length, 50);
});

test("a rule never strikes more often than it matched or may", () => {
  const rules = fc.array(
    fc.record({
      match: fc.record({ operation: fc.constantFrom("graph.*", "login.*", "**") }),
      when: fc.oneof(
        fc.constant({ kind: "always" as const }),
        fc.record({
          kind: fc.constantFrom("nth" as const, "from" as const, "every" as const),
          n: fc.integer({ min: 1, max: 5 }),
        }),
        fc.record({ kind: fc.constant("probability" as const), p: fc.constantFrom(0.1, 0.5, 1) }),
      ),
      times: fc.integer({ min: 1, max: 5 }),
    }),
    { maxLength: 4 },
  );
  const calls = fc.array(fc.constantFrom("graph.a", "graph.b", "login.token"), { maxLength: 30 });
  fc.assert(
    fc.property(rules, calls, (requests, operations) => {
      const all = requests.map((request, index) => rule(String(index), request));
      let counters: Record<string, FaultCounter> = {};
      let strikes = 0;
      for (const operation of operations) {
        const before = structuredClone(counters);
        const decision = decideFault(all, { ...CALL, operation }, counters, "s");
        assert.deepEqual(counters, before, "what was passed in is not changed");
        counters = decision.counters;
        if (decision.struck !== undefined) strikes += 1;
      }
      let fired = 0;
      for (const each of all) {
        const counter = counters[each.id] ?? { matched: 0, fired: 0 };
        assert.ok(counter.fired <= counter.matched && counter.fired <= (each.times ?? 0));
        fired += counter.fired;
      }
      assert.equal(fired, strikes);
    }),
  );
});

test("a request that makes no sense is refused with every reason", () => {
  const refused = (request: unknown) => {
    const { success, error } = faultRequest.safeParse(request);
    assert.ok(!success);
    return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  };
  assert.equal(
    refused({ when: { kind: "nth", n: 0 }, times: 0, effect: { kind: "status", status: 200 } }).length,
    3,
  );
  assert.deepEqual(refused({ effect: { kind: "delay", ms: 60_000, clock: "real" } }), [
    "effect.ms: a delay in real time is at most 5000 ms",
  ]);
  assert.deepEqual(refused({ match: { face: "provider" }, effect: { kind: "half" } }), [
    "effect: half an answer is possible on the https face only",
  ]);
  assert.equal(refused({ effect: { kind: "stale" } }).length, 1);
  assert.equal(
    refused({ match: { operaton: "x" }, effect: { kind: "hang" } }).length,
    1,
    "a misspelt member",
  );
});
