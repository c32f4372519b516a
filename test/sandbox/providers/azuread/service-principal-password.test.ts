import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isSecret } from "../../../../sandbox/providers/values.ts";
import { token, world } from "./world.ts";

const TYPE = token("ServicePrincipalPassword");

describe("ServicePrincipalPassword", () => {
  it("adds a secret to the service principal, not to the application, and takes it away again", async () => {
    const w = await world();
    const servicePrincipalId = `/servicePrincipals/${w.one.servicePrincipalId}`;
    const held = () =>
      w.store.state.entra.servicePrincipals[w.one.servicePrincipalId]?.passwordCredentials ?? [];
    const mine = await w.driver.create(TYPE, { servicePrincipalId, endDate: "2027-01-01T00:00:00Z" });
    assert.ok(isSecret(mine.outputs.value));
    assert.equal(mine.id, `${w.one.servicePrincipalId}/password/${mine.outputs.keyId}`);
    assert.deepEqual(
      held().map(({ endDateTime }) => endDateTime),
      ["2027-01-01T00:00:00Z"],
    );
    assert.deepEqual(w.store.state.entra.applications[w.one.applicationId]?.passwordCredentials, []);
    assert.deepEqual(await w.driver.refresh(mine), mine);
    await w.driver.remove(mine);
    assert.deepEqual(held(), []);
    assert.equal(await w.driver.refresh(mine), undefined);
  });

  it("wants the resource id of a service principal", async () => {
    const { driver } = await world();
    await assert.rejects(
      driver.check(TYPE, { servicePrincipalId: "/applications/50000000-0000-4000-8000-000000000001" }),
      /"servicePrincipalId" must be a resource id such as \/servicePrincipals\//,
    );
  });
});
