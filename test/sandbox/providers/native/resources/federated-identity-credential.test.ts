import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { credentialsOf } from "../../../../../sandbox/arm/services/federated-identity-credentials.ts";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { GROUP, NativeFixture, refused } from "../native-fixture.ts";

const TYPE = "managedidentity:FederatedIdentityCredential";
const IDENTITY = `${GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mailman`;
const NEWS: Properties = {
  resourceGroupName: "sell",
  resourceName: "mailman",
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:sell/mailman:ref:refs/heads/main",
  audiences: ["api://AzureADTokenExchange"],
};

async function withIdentity() {
  const fixture = new NativeFixture();
  await fixture.group();
  await fixture.declare("managedidentity:UserAssignedIdentity", "mailman", {
    resourceGroupName: "sell",
    resourceName: "mailman",
  });
  return fixture;
}

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    await livesThrough(await withIdentity(), {
      type: TYPE,
      name: "github",
      news: NEWS,
      change: { subject: "repo:sell/mailman:environment:prod" },
      fromAzure: ["id", "name", "type", "systemData"],
    });
  });

  it("is found with its identity, and goes with it", async () => {
    const fixture = await withIdentity();
    const { id } = await fixture.declare(TYPE, "github", NEWS);
    assert.deepEqual(
      credentialsOf(fixture.state, IDENTITY).map((credential) => credential.id),
      [id],
    );
    const identity = await fixture.import("managedidentity:UserAssignedIdentity", IDENTITY);
    await fixture.delete({
      type: "managedidentity:UserAssignedIdentity",
      name: "mailman",
      id: IDENTITY,
      inputs: identity.inputs,
      outputs: identity.properties,
    });
    assert.deepEqual(credentialsOf(fixture.state, IDENTITY), []);
  });

  it("is refused where Azure refuses it", async () => {
    const fixture = await withIdentity();
    await fixture.declare(TYPE, "github", NEWS);
    await refused(fixture.declare(TYPE, "again", NEWS), "Issuer and subject combination already exists");
    await refused(fixture.declare(TYPE, "a", { ...NEWS, subject: "x" }), "does not match");
    await refused(fixture.declare(TYPE, "two", { ...NEWS, audiences: ["a", "b"] }), "one audience");
    await refused(
      fixture.declare(TYPE, "lost", { ...NEWS, resourceName: "nobody" }),
      'Code="ParentResourceNotFound"',
    );
    for (let count = 1; count < 20; count++) {
      await fixture.declare(TYPE, `more-${count}`, { ...NEWS, subject: `subject-${count}` });
    }
    await refused(fixture.declare(TYPE, "21st", { ...NEWS, subject: "subject-20" }), "at most 20");
  });
});
