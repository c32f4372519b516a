import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { storeClock } from "../../../../sandbox/clock.ts";
import { createApplication } from "../../../../sandbox/entra/applications.ts";
import { createGroup } from "../../../../sandbox/entra/groups.ts";
import { createServicePrincipal } from "../../../../sandbox/entra/service-principals.ts";
import { createUser } from "../../../../sandbox/entra/users.ts";
import { createAzureadProvider } from "../../../../sandbox/providers/azuread/provider.ts";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";
import { isObject } from "../../../../sandbox/providers/values.ts";
import { seededRandomness } from "../../../../sandbox/randomness.ts";
import { initialState } from "../../../../sandbox/state.ts";
import { MemoryStore } from "../../../../sandbox/store.ts";
import { plainOutputs, ResourceDriver } from "../../../support/resource-driver.ts";
import { readCases } from "./cases.ts";

/** Resources that the real provider created: the state that the recorded comparisons start from. */
const created = readCases("azuread.jsonl")
  .flatMap(({ id, steps }) => steps.map((step) => ({ ...step, id })))
  .filter(({ method }) => method === "Diff")
  .map(({ id, request }) => ({
    id,
    type: request.urn?.split("::")[2] ?? "",
    inputs: request.oldInputs ?? {},
    outputs: request.olds ?? {},
  }))
  .filter((one, at, all) => all.findIndex((other) => isDeepStrictEqual(pick(one), pick(other))) === at);

function pick({ type, inputs }: { type: string; inputs: Properties }) {
  return { type, inputs };
}

/** The ids that the recordings use, kind by kind: `a0000000-0000-4000-8000-000000000001` and so on. */
const idOf = (kind: "a" | "c" | "5" | "1" | "9" | "7", n: number) =>
  `${kind}0000000-0000-4000-8000-00000000000${n}`;
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Of these applications no service principal exists yet. */
const WITHOUT_PRINCIPAL = [6, 7, 8, 9];

/**
 * The tenant in which the recordings were made, as far as they point into it.
 * @param definesRoles whether it has roles of its own already
 */
async function recordedTenant(definesRoles: boolean): Promise<ResourceDriver> {
  const randomness = seededRandomness("outputs");
  const state = initialState({
    nowMs: Date.parse("2026-11-24T00:29:39Z"),
    tenantId: "22222222-2222-2222-2222-222222222222",
    subscriptionId: "33333333-3333-4333-8333-333333333333",
  });
  const store = new MemoryStore(state);
  await store.update(({ entra }) => {
    entra.tenant.domain = "contoso.onmicrosoft.com";
    const withIds = (...ids: string[]) => ({
      nowMs: state.clock.nowMs,
      randomness: { ...randomness, uuid: () => ids.shift() ?? randomness.uuid() },
    });
    const roles = NUMBERS.map((n) => ({ id: idOf("7", n), value: null, isEnabled: true }));
    for (const n of NUMBERS) {
      createApplication(entra, { displayName: `object ${n}` }, withIds(idOf("a", n)));
      const body = { displayName: `app ${n}`, ...(n < 6 ? { properties: { appRoles: roles } } : {}) };
      createApplication(entra, body, withIds(randomness.uuid(), idOf("c", n)));
      if (!WITHOUT_PRINCIPAL.includes(n)) {
        createServicePrincipal(entra, { appId: idOf("c", n) }, withIds(idOf("5", n)));
      }
      createUser(
        entra,
        { displayName: `${n}`, userPrincipalName: `${n}@contoso.onmicrosoft.com` },
        withIds(idOf("1", n)),
      );
      const group = { displayName: `${n}`, mailNickname: `${n}`, mailEnabled: false, securityEnabled: true };
      createGroup(entra, { ...group, properties: { isAssignableToRole: true } }, withIds(idOf("9", n)));
      if (!definesRoles) continue;
      entra.roleDefinitions[idOf("7", n)] = {
        id: idOf("7", n),
        templateId: idOf("7", n),
        displayName: `role ${n}`,
        description: null,
        isEnabled: true,
        version: "1",
        rolePermissions: [],
      };
    }
  });
  return new ResourceDriver(createAzureadProvider({ store, clock: storeClock(store), randomness }));
}

/** What nobody can foretell is replaced by what it is; a list in a set has an order of its own. */
function comparable(outputs: Properties, inputs: Properties): PropertyValue {
  const given = JSON.stringify(inputs);
  const foretold = (text: string) => given.includes(text);
  const plain = (value: PropertyValue, name: string): PropertyValue => {
    if (Array.isArray(value))
      return value.map((item) => plain(item, name)).sort((a, b) => (order(a) < order(b) ? -1 : 1));
    if (isObject(value)) {
      const entries = Object.entries(value).map(([key, item]): [string, PropertyValue] => [
        key,
        plain(item, key),
      ]);
      return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
    }
    if (typeof value !== "string" || foretold(value)) return value;
    if (name === "mailNickname") return value.replace(/^[0-9a-f]{8}-[0-9a-f]$/, "<nickname>");
    if (name === "value") return "<secret>";
    // Go's way to print a null, which nothing relies on.
    if (name === "disabledByMicrosoft") return value.replace("map[false:]", "");
    return value
      .replace(/(appRoleAssignedTo|roleAssignments)\/.*$/, "$1/<id>")
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => (foretold(id) ? id : "<id>"))
      .replace(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, "<date>");
  };
  return plain(outputs, "");
}

function order(value: PropertyValue): string {
  return JSON.stringify(value);
}

describe("azuread, outputs as the real provider 6.10 recorded them after a creation", () => {
  assert.ok(created.length > 30, `only ${created.length} recorded creations`);
  for (const { id, type, inputs, outputs } of created) {
    it(id, async () => {
      const driver = await recordedTenant(!type.endsWith(":CustomDirectoryRole"));
      const mine = await driver.create(type, inputs);
      assert.deepEqual(comparable(plainOutputs(mine), inputs), comparable(outputs, inputs));
    });
  }
});
