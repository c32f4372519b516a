import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseSettings, SettingsError, settingsFromConfig } from "../../../infra/settings/load.ts";
import { rawSettings } from "../../support/settings-facts.ts";

/** Settings as Pulumi hands them on: text, structured values as JSON. */
function config(over: Record<string, string> = {}): Record<string, string> {
  const texts = Object.entries(rawSettings()).map(([name, value]) => [
    `keyturn:${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { ...Object.fromEntries(texts), ...over };
}

describe("settingsFromConfig", () => {
  it("reads text, structures and booleans", () => {
    const parsed = settingsFromConfig(config({ "keyturn:protect": "false" }), "keyturn");
    assert.equal(parsed.region, "westeurope");
    assert.equal(parsed.vault.name, "kv-sell");
    assert.equal(parsed.protect, false);
  });

  it("looks at its own keys only: those of providers are the providers'", () => {
    const others = { "azure-native:location": "westeurope", "pulumi:tags": "{}", "keyturn-2:teem": "{}" };
    assert.equal(settingsFromConfig(config(others), "keyturn").region, "westeurope");
  });

  it("names a key that is no setting, and text that is no structure", () => {
    assert.throws(
      () =>
        settingsFromConfig(config({ "keyturn:teem": "Sell", "keyturn:vault": "{name: kv-sell" }), "keyturn"),
      (error: unknown) => {
        assert.ok(error instanceof SettingsError);
        assert.equal(
          error.message,
          "2 settings are wrong; nothing was changed:\n" +
            '  keyturn:vault: Invalid input: expected object, received string (is "{name: kv-sell")\n' +
            "  keyturn:teem: is no setting",
        );
        return true;
      },
    );
  });
});

describe("the message about wrong settings", () => {
  it("counts them, and shows no more of a value than is readable", () => {
    assert.throws(
      () => parseSettings(rawSettings({ region: "x ".repeat(200) })),
      (error: unknown) => {
        assert.ok(error instanceof SettingsError);
        const [first = "", second = "", ...rest] = error.message.split("\n");
        assert.equal(first, "1 setting is wrong; nothing was changed:");
        assert.match(
          second,
          /^ {2}keyturn:region: must be a region's name such as westeurope \(is "(x ){39}…\)$/,
        );
        assert.deepEqual(rest, []);
        return true;
      },
    );
  });

  it("does not speak of what fits together before each setting is right by itself", () => {
    const wrong = {
      region: "West",
      rotation: { lifetime: "1 day", period: "1 day", overlap: "1 day", splay: "0 days" },
    };
    assert.throws(() => parseSettings(rawSettings(wrong)), /^SettingsError: 1 setting is wrong/);
  });
});
