import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { token, world } from "./world.ts";

const TYPE = token("ApplicationFederatedIdentityCredential");

describe("ApplicationFederatedIdentityCredential", () => {
  it("is made, changed in place, replaced under another name, and deleted", async () => {
    const w = await world();
    const inputs = {
      applicationId: `/applications/${w.one.applicationId}`,
      displayName: "mailman-ci",
      audiences: ["api://AzureADTokenExchange"],
      issuer: "https://token.actions.githubusercontent.com",
      subject: "repo:sell/mailman:ref:refs/heads/main",
    };
    const held = () =>
      w.store.state.entra.applications[w.one.applicationId]?.federatedIdentityCredentials ?? [];
    const mine = await w.driver.create(TYPE, inputs);
    assert.equal(mine.id, `${w.one.applicationId}/federatedIdentityCredential/${mine.outputs.credentialId}`);
    const changed = await w.driver.change(mine, {
      ...inputs,
      subject: "repo:sell/mailman:environment:prod",
      description: "CI",
    });
    assert.deepEqual(changed.diff.detailedDiff, { description: "UPDATE", subject: "UPDATE" });
    assert.deepEqual(
      held().map(({ id, subject }) => [id, subject]),
      [[mine.outputs.credentialId, "repo:sell/mailman:environment:prod"]],
    );
    assert.deepEqual(await w.driver.refresh(changed.after), changed.after);
    const renamed = await w.driver.diff(changed.after, { ...inputs, displayName: "other" });
    assert.deepEqual(renamed.replaces, ["displayName"]);
    await w.driver.remove(changed.after);
    assert.deepEqual(held(), []);
    assert.equal(await w.driver.refresh(changed.after), undefined);
  });

  it("takes one audience and no more", async () => {
    const w = await world();
    const inputs = {
      applicationId: `/applications/${w.one.applicationId}`,
      displayName: "ci",
      issuer: "https://issuer.example",
      subject: "s",
    };
    await assert.rejects(
      w.driver.check(TYPE, { ...inputs, audiences: ["a", "b"] }),
      /"audiences" supports 1 item maximum/,
    );
    await assert.rejects(w.driver.create(TYPE, { ...inputs, audiences: [] }), /audiences/);
  });
});
