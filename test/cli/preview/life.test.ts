import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DAY_MS } from "../../../infra/duration.ts";
import { createApplication } from "../../../sandbox/entra/applications.ts";
import { addPassword } from "../../../sandbox/entra/passwords.ts";
import { createServicePrincipal } from "../../../sandbox/entra/service-principals.ts";
import { assertGolden } from "../../support/golden.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack, succeeded } from "../../support/keyturn-stack.ts";

const START_MS = Date.parse("2026-03-02T08:00:00Z");

const CONSUMER = { name: "mailman", principalId: "5f1e7a52-7a3c-4d55-9d0b-111111111111" };

/** Ids are drawn in the order in which the engine asks for them, which differs from run to run. */
const ID = /[0-9a-f]{8}(&#45;[0-9a-f]{4}){3}&#45;[0-9a-f]{12}/g;

/** A credential of each kind of life. */
function credentials(crmClientId: string): Record<string, object> {
  const rotating = (name: string, more: object = { consumers: [CONSUMER] }) => ({
    name,
    application: { displayName: name },
    ...more,
  });
  return {
    crm: { name: "crm", application: { clientId: crmClientId }, consumers: [CONSUMER] },
    frozen: rotating("frozen"),
    leaked: rotating("leaked"),
    unlucky: rotating("unlucky"),
    unused: rotating("unused", {}),
    deploy: {
      name: "deploy",
      application: { displayName: "deploy" },
      federated: [
        {
          name: "main",
          issuer: "https://token.actions.githubusercontent.com",
          subject: "repo:sell/mailman:ref:refs/heads/main",
        },
      ],
    },
  };
}

describe("keyturn preview, for what is rarer than a rotation", () => {
  it("tells of what is adopted, federated, held, revoked, rolled back, removed and protected", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "preview-life",
      nowMs: START_MS,
      settings: {
        // Without splay: which days are drawn depends on what the engine does first.
        rotation: { lifetime: "90 days", period: "45 days", overlap: "7 days", splay: "0 days" },
        credentials: [],
      },
    });
    const declared = credentials(await handMadeApplication(stack));
    const declare = (them: object) =>
      stack.stack.setConfig("keyturn:credentials", { value: JSON.stringify(Object.values(them)) });
    const markdown = async (name: string, exitCode: number) => {
      const args = ["preview", "--format", "markdown", "--no-policy"];
      const result = await keyturn(stack, args);
      assert.equal(result.exitCode, exitCode, result.stdout + result.stderr);
      assert.doesNotMatch(result.stdout, /\dQ~/, "no secret");
      await assertGolden(import.meta.url, `life-${name}.md`, result.stdout.replaceAll(ID, "ID"));
    };

    await declare(declared);
    await markdown("adopted-and-federated", 0);
    await stack.mustUp();

    await stack.sandbox.timeline.advance(50 * DAY_MS);
    const hold = { until: "2026-05-05", reason: "change freeze" };
    const held: Record<string, object> = { ...declared, frozen: { ...declared.frozen, hold } };
    await declare(held);
    await markdown("held", 0);
    await stack.mustUp();

    await stack.sandbox.timeline.advance(DAY_MS);
    const request = (id: string, action: string, reason: string) => ({ request: { id, action, reason } });
    await declare({
      ...held,
      leaked: { ...declared.leaked, ...request("r-1", "revoke", "pasted into a ticket") },
      unlucky: { ...declared.unlucky, ...request("r-2", "rollback", "the new secret is refused") },
      crm: { ...declared.crm, ...request("r-3", "retire", "everybody has the new one") },
    });
    await markdown("requested", 0);

    const kept = without(held, "unused", "deploy");
    await declare(kept);
    await markdown("removed", 4);
    await declare(without(held, "leaked"));
    await markdown("removal-refused", 1);

    succeeded(await stack.run(["state", "protect", "--all", "--yes"]));
    await declare(kept);
    await markdown("protected", 4);
  });
});

function without(them: Record<string, object>, ...names: string[]): Record<string, object> {
  return Object.fromEntries(Object.entries(them).filter(([name]) => !names.includes(name)));
}

/** An application with a secret, made in the portal; returns its client id. */
function handMadeApplication({ sandbox }: KeyturnStack): Promise<string> {
  return sandbox.store.update((draft) => {
    const context = { nowMs: draft.clock.nowMs, randomness: sandbox.randomness };
    const owners = [sandbox.deployer.principalId];
    const application = createApplication(draft.entra, { displayName: "Old CRM", owners }, context);
    createServicePrincipal(draft.entra, { appId: application.appId, owners }, context);
    addPassword(application, { displayName: "made in the portal" }, context);
    return application.appId;
  });
}
