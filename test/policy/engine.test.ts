import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { testStack, writeProgram } from "../support/engine.ts";
import { keyturn } from "../support/keyturn-command.ts";
import { keyturnStack } from "../support/keyturn-stack.ts";

const PACK = fileURLToPath(new URL("../../policy/run.ts", import.meta.url));

/** Everything about one secret that the rules are there to stop. */
const BAD_PROGRAM = `
import { ApplicationPassword } from "@pulumi/azuread/applicationPassword.js";
import { Application } from "@pulumi/azuread/application.js";
import { getClientConfig } from "@pulumi/azuread/getClientConfig.js";
const application = new Application("by-hand", {
  displayName: "By hand",
  owners: [getClientConfig().then(({ objectId }) => objectId)],
  signInAudience: "AzureADandPersonalMicrosoftAccount",
  api: { requestedAccessTokenVersion: 2 },
});
const password = new ApplicationPassword("by-hand", { applicationId: application.id, endDateRelative: "87600h" });
export const leaked = { deep: password.value };
`;

describe("the policy pack on the real engine", () => {
  it("lets the program pass, in preview, in up and over the stack; a stricter setting stops it", async (t) => {
    const stack = await keyturnStack(t, { seed: "policy" });
    const pack = ["--policy-pack", PACK];
    const preview = await stack.run(["preview", ...pack]);
    assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);
    assert.match(preview.stdout, /keyturn@v\d/);
    assert.doesNotMatch(preview.stdout, /\[mandatory\]|can't run policy/);
    const up = await stack.run(["up", "--yes", "--skip-preview", ...pack]);
    assert.equal(up.exitCode, 0, up.stdout + up.stderr);
    assert.doesNotMatch(up.stdout, /\[mandatory\]|can't run policy/);

    const config = join(stack.project, "strict.json");
    await writeFile(config, JSON.stringify({ "password-lifetime": { maxDays: 30 } }));
    const strict = await stack.run(["preview", ...pack, "--policy-pack-config", config]);
    assert.notEqual(strict.exitCode, 0);
    assert.match(strict.stdout, /\[mandatory\]\s+password-lifetime/);
    assert.match(strict.stdout, /lives for 90 days; at most 30 are allowed/);

    const checked = await keyturn(stack, ["check", "--json"]);
    assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr);
    const document = JSON.parse(checked.stdout);
    assert.equal(document.schemaVersion, 1);
    assert.ok(document.resources > 20, "the whole stack was looked at");
    assert.ok(!document.violations.some(({ level }: { level: string }) => level === "mandatory"));
    const broken = await keyturn(stack, ["check", "--config", config]);
    assert.equal(broken.exitCode, 5, broken.stdout + broken.stderr);
    assert.match(
      broken.stdout,
      /mandatory {2}password-lifetime {2}ApplicationPassword mailman-notifications-a/,
    );
    assert.match(broken.stdout, /2 mandatory and \d advisory violations/);
    const explained = await keyturn(stack, ["preview", "--policy-config", config]);
    assert.equal(explained.exitCode, 5, explained.stdout + explained.stderr);
    assert.match(explained.stdout, /Preview of stack dev: 2 unchanged/);
    assert.match(explained.stdout, /mandatory password-lifetime: Client secret mailman-notifications-a/);
    await writeFile(config, '{ "no-such-rule": "mandatory" }');
    const wrong = await keyturn(stack, ["check", "--config", config]);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /no-such-rule: is no rule/);
  });

  it("stops a program that makes a secret by hand", async (t) => {
    const { sandbox, env } = await keyturnStack(t, { seed: "policy-bad" });
    const { PULUMI_BACKEND_URL: _backend, PULUMI_CONFIG_PASSPHRASE: _passphrase, ...over } = sandbox.env;
    const bad = await testStack(t, { program: writeProgram(t, BAD_PROGRAM), env: over });
    const up = await bad.run(["up", "--yes", "--skip-preview", "--policy-pack", PACK], {
      env: { ...env, ...bad.env },
    });
    assert.notEqual(up.exitCode, 0);
    assert.match(up.stdout, /\[mandatory\]\s+application-audience/);
    const made = Object.values(sandbox.store.state.entra.applications);
    assert.ok(!made.some(({ displayName }) => displayName === "By hand"), "nothing was made");

    const preview = await bad.run(["preview", "--policy-pack", PACK], { env: { ...env, ...bad.env } });
    for (const rule of [
      "password-end-date",
      "password-end-date-relative",
      "password-in-credential",
      "password-trigger",
    ]) {
      assert.match(preview.stdout, new RegExp(`\\[mandatory\\]\\s+${rule} `));
    }

    const config = join(bad.project, "lenient.json");
    await writeFile(config, '{ "all": "advisory" }');
    const lenient = await bad.run(
      ["up", "--yes", "--skip-preview", "--policy-pack", PACK, "--policy-pack-config", config],
      { env: { ...env, ...bad.env } },
    );
    assert.match(lenient.stdout, /\[advisory\]\s+secret-in-output/);
    assert.match(lenient.stdout, /leaked\.deep holds the value of a client secret/);
  });
});
