import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("ApplicationApiAccess");
const GRAPH = "00000003-0000-0000-c000-000000000000";
const EXCHANGE = "00000002-0000-0ff1-ce00-000000000000";
const MAIL_SEND = "b633e1c5-b582-4048-a93e-9f11b44c7e96";
const OFFLINE_ACCESS = "7427e0e9-2fba-42fe-b0c0-848c9e6a8182";

describe("ApplicationApiAccess", () => {
  it("keeps one API's permissions among those of others", async () => {
    const w = await world();
    const applicationId = `/applications/${w.one.applicationId}`;
    const required = () => w.store.state.entra.applications[w.one.applicationId]?.requiredResourceAccess;
    const exchange = await w.driver.create(TYPE, {
      applicationId,
      apiClientId: EXCHANGE,
      roleIds: [MAIL_SEND],
    });
    const graph = await w.driver.create(TYPE, { applicationId, apiClientId: GRAPH, roleIds: [MAIL_SEND] });
    assert.equal(graph.id, `${applicationId}/apiAccess/${GRAPH}`);
    const { diff, after } = await w.driver.change(graph, {
      applicationId,
      apiClientId: GRAPH,
      scopeIds: [OFFLINE_ACCESS],
    });
    assert.deepEqual(diff.detailedDiff, { roleIds: "DELETE", scopeIds: "ADD" });
    assert.deepEqual(required(), [
      { resourceAppId: EXCHANGE, resourceAccess: [{ id: MAIL_SEND, type: "Role" }] },
      { resourceAppId: GRAPH, resourceAccess: [{ id: OFFLINE_ACCESS, type: "Scope" }] },
    ]);
    assert.deepEqual(await w.driver.refresh(after), after);
    await w.driver.remove(after);
    assert.deepEqual(
      required()?.map(({ resourceAppId }) => resourceAppId),
      [EXCHANGE],
    );
    assert.equal(await w.driver.refresh(after), undefined);
    assert.deepEqual(await w.driver.refresh(exchange), exchange);
  });

  it("refuses a second one for the same API", async () => {
    const w = await world();
    const inputs = {
      applicationId: `/applications/${w.one.applicationId}`,
      apiClientId: GRAPH,
      roleIds: [MAIL_SEND],
    };
    const mine = await w.driver.create(TYPE, inputs);
    await assert.rejects(w.driver.create(TYPE, inputs), new RegExp(`${mine.id} exists already: import it`));
    const found = await w.driver.import(TYPE, mine.id);
    assert.deepEqual(found?.inputs, { __defaults: [], ...inputs });
  });
});
