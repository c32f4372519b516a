import { describe, it } from "node:test";
import type { Properties } from "../../../../../sandbox/providers/provider.ts";
import { livesThrough } from "../lifecycle.ts";
import { NativeFixture } from "../native-fixture.ts";

const TYPE = "portal:Dashboard";
const part = (x: number) => ({
  position: { x, y: 0, colSpan: 6, rowSpan: 4 },
  metadata: {
    type: "Extension/HubsExtension/PartType/MarkdownPart",
    inputs: [],
    settings: { content: { settings: { content: "## Credentials", title: "Keyturn" } } },
  },
});
const NEWS: Properties = {
  resourceGroupName: "sell",
  properties: { lenses: [{ order: 0, parts: [part(0)] }], metadata: { model: {} } },
  tags: { "hidden-title": "Credentials" },
};

describe(TYPE, () => {
  it("lives through all that the engine does", async () => {
    const fixture = new NativeFixture();
    await fixture.group();
    await livesThrough(fixture, {
      type: TYPE,
      name: "credentials",
      news: NEWS,
      change: { properties: { lenses: [{ order: 0, parts: [part(0), part(6)] }], metadata: { model: {} } } },
      fromAzure: ["id", "name", "type", "properties.provisioningState", "systemData"],
    });
  });
});
