import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type KeyturnStack, keyturnStack } from "../../support/keyturn-stack.ts";

const mailman = { name: "mailman", application: { displayName: "Mailman" } };
const consumers = [{ name: "mailman", principalId: "00000000-0000-0000-0000-000000000000" }];
const federated = [
  {
    name: "pipeline",
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:sell/mailman:environment:prod",
  },
];

function setCredentials(stack: KeyturnStack, credentials: unknown[]): Promise<void> {
  return stack.stack.setConfig("keyturn:credentials", { value: JSON.stringify(credentials) });
}

describe("settings that change over time, on the real engine", () => {
  it("a federated credential has no secret, and a credential that somebody reads does not vanish", async (t) => {
    const stack = await keyturnStack(t, {
      seed: "federated",
      settings: {
        credentials: [
          { ...mailman, consumers },
          { ...mailman, name: "pipeline", federated },
        ],
      },
    });
    await stack.mustUp();
    const { pipeline } = await stack.credentials();
    assert.deepEqual(pipeline?.federated, federated);
    assert.equal(pipeline.current, undefined);
    const application = stack.sandbox.store.state.entra.applications[pipeline.applicationObjectId];
    assert.deepEqual(application?.passwordCredentials, []);
    assert.deepEqual(
      application.federatedIdentityCredentials.map(({ issuer, subject, audiences }) => ({
        issuer,
        subject,
        audiences,
      })),
      [
        {
          issuer: federated[0]?.issuer,
          subject: federated[0]?.subject,
          audiences: ["api://AzureADTokenExchange"],
        },
      ],
    );

    await setCredentials(stack, [{ ...mailman, name: "pipeline", federated }]);
    const refused = await stack.up();
    assert.notEqual(refused.exitCode, 0);
    assert.match(
      refused.stdout,
      /mailman is no longer declared with a secret, but mailman may still read it/,
    );
    assert.ok((await stack.credentials()).mailman, "nothing was changed");

    await setCredentials(stack, [mailman, { ...mailman, name: "pipeline", federated }]);
    await stack.mustUp();
    await setCredentials(stack, [{ ...mailman, name: "pipeline", federated }]);
    await stack.mustUp();
    assert.deepEqual(Object.keys(await stack.credentials()), ["pipeline"]);
    const left = Object.values(stack.sandbox.store.state.entra.applications).filter(
      ({ displayName }) => displayName === "Mailman",
    );
    assert.equal(left.length, 1, "only the federated one");
  });
});
