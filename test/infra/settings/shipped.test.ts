import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { DAY_MS } from "../../../infra/duration.ts";
import { parseSettings } from "../../../infra/settings/load.ts";

const PLACEHOLDER = "00000000-0000-0000-0000-000000000000";

async function shipped(stack: string) {
  const file = await readFile(new URL(`../../../Pulumi.${stack}.yaml`, import.meta.url), "utf8");
  const filledIn = file.replaceAll(PLACEHOLDER, "11111111-1111-4111-8111-111111111111");
  const { config } = parse(filledIn) as { config: Record<string, unknown> };
  const settings = Object.entries(config).map(([key, value]) => [key.replace(/^keyturn:/, ""), value]);
  return parseSettings(Object.fromEntries(settings));
}

describe("the settings that the project ships", () => {
  it("are right once their placeholders are filled in", async () => {
    const [dev, prod] = await Promise.all([shipped("dev"), shipped("prod")]);
    assert.equal(dev.alerts.auditInterval, undefined);
    // As often as the shipped pipelines audit for it.
    assert.equal(prod.alerts.auditInterval, DAY_MS);
    const workflow = await readFile(new URL("../../../.github/workflows/audit.yml", import.meta.url), "utf8");
    assert.match(workflow, /cron: \d+ \d+ \* \* \*$/m);
    assert.match(workflow, /keyturn pipeline audit --stack prod$/m);
  });
});
