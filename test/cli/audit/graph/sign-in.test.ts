import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { GraphClient } from "../../../../cli/audit/graph/client.ts";
import { signedIn } from "../../../../cli/audit/graph/sign-in.ts";
import { startTrustedSandbox, type TrustedSandbox } from "../../../support/trusted-sandbox.ts";

const SCOPE = "https://graph.microsoft.com/.default";

/** As a command finds it in its environment. */
function signIn(t: TestContext, { sandbox, tenantId, origin }: TrustedSandbox): void {
  const { clientId, clientSecret } = sandbox.deployer;
  const variables = {
    AZURE_TENANT_ID: tenantId,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
    AZURE_AUTHORITY_HOST: origin,
  };
  const before = { ...process.env };
  Object.assign(process.env, variables);
  t.after(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
}

test("a sign-in that is never answered is given up, and tried again", { timeout: 60_000 }, async (t) => {
  await using trusted = await startTrustedSandbox({ seed: "sign-in" });
  signIn(t, trusted);
  const { faults } = trusted.sandbox;
  await faults.add({ match: { operation: "login.token" }, times: 1, effect: { kind: "hang" } });
  const credential = await signedIn({ privateAuthority: true }, { attemptTimeoutMs: 300 });
  assert.notEqual((await credential.getToken(SCOPE))?.token ?? "", "");
  assert.equal(faults.fired().length, 1);
});

test("a credential that never answers holds no request up for ever", { timeout: 60_000 }, async () => {
  const client = new GraphClient({
    origin: "https://graph.example.com",
    credential: { getToken: () => new Promise(() => {}) },
    random: () => 0,
    nowMs: () => 0,
    attemptTimeoutMs: 50,
    retryTiming: { baseDelayMs: 1, maxDelayMs: 1 },
  });
  await assert.rejects(client.send({ url: "/v1.0/applications" }), /no answer|ETIMEDOUT/);
});
