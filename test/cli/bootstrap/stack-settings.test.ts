import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { withStackSettings, writeStackSettings } from "../../../cli/bootstrap/stack-settings.ts";
import { PROJECT_FOLDER } from "../../../cli/engine/engine.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const SETTINGS = {
  "keyturn:tenantId": "11111111-2222-4333-8444-555555555555",
  "keyturn:deployer": "22222222-2222-4333-8444-555555555555",
  "keyturn:vault": { resourceGroupExists: true },
};

describe("the settings in a stack's file", () => {
  it("are set once, and nothing else is touched", () => {
    const text = readFileSync(join(PROJECT_FOLDER, "Pulumi.dev.yaml"), "utf8");
    const changed = withStackSettings(text, SETTINGS);
    const lines = (of: string) => new Set(of.split("\n"));
    assert.deepEqual(
      [...lines(changed).difference(lines(text))],
      [
        `  keyturn:tenantId: ${SETTINGS["keyturn:tenantId"]}`,
        "    resourceGroupExists: true",
        `  keyturn:deployer: ${SETTINGS["keyturn:deployer"]}`,
      ],
    );
    assert.equal(
      [...lines(text).difference(lines(changed))].join().trim(),
      "keyturn:tenantId: 00000000-0000-0000-0000-000000000000",
    );
    assert.equal(withStackSettings(changed, SETTINGS), changed);
  });

  it("are set where an object was written as text, or not at all", () => {
    const text = `config:\n  keyturn:vault: '{"name":"kv"}'\n`;
    assert.match(
      withStackSettings(text, SETTINGS),
      /keyturn:vault: '\{"name":"kv","resourceGroupExists":true\}'/,
    );
    assert.match(
      withStackSettings("config: {}\n", SETTINGS),
      /keyturn:vault: *\{? *\n? *resourceGroupExists: true/,
    );
  });

  it("are written into the files that lack them", async (t) => {
    const folder = temporaryFolder(t);
    const file = join(folder, "Pulumi.dev.yaml");
    writeFileSync(file, "config: {}\n");
    const stack = {
      name: "dev",
      secretsProvider: undefined,
      backendUrl: "",
      settings: SETTINGS,
      identities: [],
    };
    assert.deepEqual(await writeStackSettings([stack], folder), [file]);
    assert.deepEqual(await writeStackSettings([stack], folder), []);
  });
});
