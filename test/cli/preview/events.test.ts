import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { alarmsOf } from "../../../cli/preview/alarms.ts";
import { readEvents } from "../../../cli/preview/events.ts";
import type { PlanReport } from "../../../infra/plan-report.ts";

const PASSWORD = "azuread:index/applicationPassword:ApplicationPassword";
const SECRET = "azure-native:keyvault:Secret";
const ROTATING = "urn:pulumi:dev::keyturn::keyturn:credential:RotatingCredential::mail";
const PUBLISHED = "urn:pulumi:dev::keyturn::keyturn:vault:PublishedSecret::mail";
const [CURRENT, GONE] = ["object/password/current", "object/password/gone"];

function event(
  op: string,
  type: string,
  parent: string,
  state: { old?: object; new?: object },
  changed: string[] = [],
) {
  const urn = `${parent.replace(/::mail$/, "")}$${type}::mail-b`;
  const withParent = Object.fromEntries(
    Object.entries(state).map(([name, each]) => [name, { parent, ...each }]),
  );
  const detailedDiff = Object.fromEntries(changed.map((path) => [path, {}]));
  return JSON.stringify({ resourcePreEvent: { metadata: { op, urn, type, ...withParent, detailedDiff } } });
}

const password = (op: string, id: string) =>
  event(op, PASSWORD, ROTATING, { old: { id }, new: { inputs: {} } });
const plan: PlanReport = {
  name: "mail",
  action: "keep",
  reason: "due later",
  refusals: [],
  consumers: [],
  current: { slot: "b", generation: 3, keyId: "current", expiresAt: "2026-08-01T00:00:00Z" },
  next: { action: "rotate", at: "2026-07-01T00:00:00Z", reason: "" },
};

describe("what an update left behind that died", () => {
  for (const lines of [
    [password("same", CURRENT), password("delete-replaced", GONE)],
    [password("delete-replaced", GONE), password("same", CURRENT)],
  ]) {
    it("is deleted by itself, and is no replacement of what took its place", () => {
      const { steps } = readEvents(lines);
      assert.deepEqual(
        steps.map(({ operation, id }) => [operation, id]),
        [
          ["same", CURRENT],
          ["delete", GONE],
        ],
      );
      assert.deepEqual(alarmsOf(steps, [plan]), []);
    });
  }

  it("is a replacement where the same resource goes", () => {
    for (const ops of [
      ["replace", "create-replacement", "delete-replaced"],
      ["delete-replaced", "create-replacement"],
    ]) {
      const { steps } = readEvents(ops.map((op) => password(op, CURRENT)));
      assert.deepEqual(
        steps.map(({ operation, id }) => [operation, id]),
        [["replace", CURRENT]],
      );
      assert.equal(alarmsOf(steps, [plan]).length, 1);
    }
  });

  it("is a version that is written again, if it is of the published secret", () => {
    const version = (keyId: string) => {
      const line = event(
        "update",
        SECRET,
        PUBLISHED,
        { old: { id: "x" }, new: { inputs: { tags: { keyId } } } },
        ["properties.value"],
      );
      return alarmsOf(readEvents([line]).steps, [plan]).length;
    };
    assert.equal(version("current"), 0);
    assert.equal(version("another"), 1);
  });
});
