import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  flatDeployment,
  flatProgram,
  flatResources,
  plainInputs,
  sdkClass,
  secretKey,
  templateProgram,
} from "../../../bench/preview/flat-program.ts";
import { createRandomProvider } from "../../../sandbox/providers/random/provider.ts";
import { serveProvider } from "../../../sandbox/providers/serve.ts";
import { seededRandomness } from "../../../sandbox/randomness.ts";
import { testStack, writeProgram } from "../../support/engine.ts";

test("finds the class of a type in its SDK", () => {
  assert.deepEqual(sdkClass("azuread:index/applicationPassword:ApplicationPassword"), {
    package: "@pulumi/azuread",
    modules: [],
    className: "ApplicationPassword",
    file: "@pulumi/azuread/applicationPassword.js",
  });
  assert.deepEqual(sdkClass("azure-native:keyvault:Vault"), {
    package: "@pulumi/azure-native",
    modules: ["keyvault"],
    className: "Vault",
    file: "@pulumi/azure-native/keyvault/vault.js",
  });
  assert.throws(() => sdkClass("Vault"), /not the type of a provider's resource: Vault/);
});

test("inputs are as a program passes them: no notes about defaults, secrets marked", () => {
  const exported = {
    __defaults: ["size"],
    list: [{ __defaults: [], a: 1 }],
    value: {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: '{"deep":"s"}',
    },
  };
  assert.deepEqual(plainInputs(exported), { list: [{ a: 1 }], value: { [secretKey]: { deep: "s" } } });
});

test("a template's program writes each resource out, with secrets as secrets", () => {
  const program = templateProgram([
    {
      type: "azure-native:keyvault:Secret",
      name: "mail",
      inputs: { properties: { value: { [secretKey]: "s" }, days: [1] } },
      protect: true,
    },
  ]);
  assert.match(program, /^import \* as azure_native from "@pulumi\/azure-native";$/m);
  assert.ok(
    program.includes(
      'new azure_native.keyvault.Secret("mail", { "properties": { "value": pulumi.secret("s"), "days": [1] } }, { protect: true });',
    ),
  );
});

const withComponent = `
import * as pulumi from "@pulumi/pulumi";
import { RandomInteger } from "@pulumi/random/randomInteger.js";
import { RandomUuid } from "@pulumi/random/randomUuid.js";
class Group extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Group", name);
    const number: RandomInteger = new RandomInteger(name, { min: 1, max: 9 }, { parent: this, protect: true });
    new RandomUuid(name + "-id", { keepers: { number: pulumi.interpolate\`\${number.result}\`, word: pulumi.secret("w") } }, { parent: this });
  }
}
new Group("a");
new Group("b");
`;

test("the flat program finds nothing to change in the flat deployment", async (t) => {
  const served = await serveProvider(createRandomProvider({ randomness: seededRandomness(1) }));
  t.after(() => served.close());
  const env = { PULUMI_DEBUG_PROVIDERS: `random:${served.port}` };
  const ours = await testStack(t, { program: writeProgram(t, withComponent), env });
  const up = await ours.run(["up", "--yes", "--skip-preview"]);
  assert.equal(up.exitCode, 0, up.stdout + up.stderr);
  const exported = JSON.parse((await ours.run(["stack", "export", "--show-secrets"])).stdout);

  const resources = flatResources(exported);
  assert.deepEqual(resources.map(({ name }) => name).sort(), ["a", "a-id", "b", "b-id"]);
  const program = writeProgram(t, flatProgram(resources));
  writeFileSync(join(program, "resources.json"), JSON.stringify(resources));
  const flat = await testStack(t, { program, env });
  const file = join(program, "deployment.json");
  writeFileSync(file, JSON.stringify(flatDeployment(exported)));
  const imported = await flat.run(["stack", "import", "--file", file]);
  assert.equal(imported.exitCode, 0, imported.stderr);
  const preview = await flat.run(["preview", "--expect-no-changes", "--diff"]);
  assert.equal(preview.exitCode, 0, preview.stdout + preview.stderr);
  assert.match(preview.stdout, /4 unchanged|5 unchanged/);
});
