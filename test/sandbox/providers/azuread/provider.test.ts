import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RefusedInputs } from "../../../support/resource-driver.ts";
import { token, world } from "./world.ts";

describe("the azuread provider", () => {
  it("refuses a resource type that it does not emulate, by name", async () => {
    const { driver, provider } = await world();
    await assert.rejects(driver.check(token("User"), { displayName: "x" }), (error: unknown) => {
      assert.ok(error instanceof RefusedInputs);
      assert.match(
        error.message,
        /does not emulate the resource type "azuread:index\/user:User".*ApplicationPassword/,
      );
      return true;
    });
    const request = { type: token("User"), urn: "u", name: "n", properties: {}, preview: true };
    await assert.rejects(provider.create(request), { code: "UNIMPLEMENTED", message: /user:User/ });
  });

  it("refuses a function that it does not emulate, by name", async () => {
    const { provider } = await world();
    await assert.rejects(provider.invoke({ token: "azuread:index/getUser:getUser", args: {} }), {
      code: "UNIMPLEMENTED",
      message: /"azuread:index\/getUser:getUser".*getApplication, .*getServicePrincipals/,
    });
  });

  it("refuses a setting that it does not know, by name, and keeps the others' secrets", async () => {
    const { provider } = await world();
    const check = (news: Record<string, string>) =>
      provider.checkConfig({
        urn: "urn:pulumi:dev::tests::pulumi:providers:azuread::default",
        type: "pulumi:providers:azuread",
        name: "default",
        olds: undefined,
        news,
        randomSeed: new Uint8Array(),
        autonaming: undefined,
      });
    const wrong = await check({ tenant: "x", partnerId: "nope" });
    assert.deepEqual(
      wrong.failures.map(({ property }) => property),
      ["tenant", "partnerId"],
    );
    const { inputs, failures } = await check({ clientSecret: "s3cret", version: "6.9.1" });
    assert.deepEqual(failures, []);
    assert.notEqual(inputs.clientSecret, "s3cret");
    await assert.rejects(check({ useOidc: "perhaps" }), /azuread:useOidc.*must be a boolean/);
  });

  it("acts as the deployer that the sandbox has, if it has one", async () => {
    const w = await world();
    const mine = await w.driver.create(token("Group"), { displayName: "g", securityEnabled: true });
    const { deployer } = w.store.state.host;
    await w.driver.create(token("Group"), { displayName: "h", securityEnabled: true });
    assert.deepEqual(w.store.state.host.deployer, deployer);
    assert.deepEqual(mine.outputs.owners, [deployer?.principalId]);
  });
});
