import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { type Alert, commonSchema } from "../../sandbox/events/alert.ts";
import { filledIn, type WorkflowRun } from "../support/workflow-expressions.ts";

const TARGET = "https://hooks.example.com/services/key";
const RUNBOOK = "https://example.com/runbooks/expiring-credential.md";

/** As a log rule with a dimension raises it. */
const LOG_ALERT: Alert = {
  ...{ id: "/subscriptions/s/providers/Microsoft.AlertsManagement/alerts/1", condition: "Fired" },
  ...{ firedMs: Date.UTC(2025, 1, 14, 6), atMs: Date.UTC(2025, 1, 14, 6), rule: "kv-audit-warning" },
  ...{ severity: "Sev2", signal: "Log", target: "/subscriptions/s/workspaces/logs", text: "" },
  description: `Found <one> & more. What to do: ${RUNBOOK}`,
  context: { condition: { allOf: [{ dimensions: [{ name: "Tier", value: "within <7> days" }] }] } },
};
/** As an event of the vault does, which has no condition. */
const EVENT_ALERT: Alert = { ...LOG_ALERT, signal: "Event", context: { id: "1", type: "SecretExpired" } };

interface Workflow {
  name: string;
  actions: Record<string, { type: string; runAfter: object; inputs: Record<string, unknown> }>;
  template: {
    parameters: Record<string, { type: string }>;
    resources: { type: string; properties: object }[];
  };
}

async function workflow(name: string): Promise<Workflow> {
  const template = JSON.parse(
    await readFile(new URL(`../../docs/webhooks/${name}.json`, import.meta.url), "utf8"),
  );
  const [{ properties }] = template.resources;
  assert.equal(properties.definition.triggers.alert.type, "Request");
  return { name, template, actions: properties.definition.actions };
}

/** What the workflow posts when it gets this alert. */
async function posted(name: string, alert: Alert): Promise<Record<string, unknown>> {
  const { Dimensions, Post } = (await workflow(name)).actions;
  assert.ok(Dimensions?.type === "Select" && Post?.type === "Http");
  assert.deepEqual([Dimensions.runAfter, Post.runAfter], [{}, { Dimensions: ["Succeeded"] }]);
  const run: WorkflowRun = { trigger: commonSchema(alert), parameters: { target: TARGET }, bodies: {} };
  const from = filledIn(Dimensions.inputs.from, run) as unknown[];
  const selected = from.map((item) => filledIn(Dimensions.inputs.select, { ...run, item }));
  const { method, uri, body } = filledIn(Post.inputs, { ...run, bodies: { Dimensions: selected } }) as Record<
    string,
    unknown
  >;
  assert.deepEqual([method, uri], ["POST", TARGET]);
  return body as Record<string, unknown>;
}

describe("the workflows for chats", () => {
  it("make a card of an alert for Teams", async () => {
    const { type, attachments } = (await posted("teams", LOG_ALERT)) as {
      type: string;
      attachments: {
        contentType: string;
        content: { type: string; body: { type: string; text: string }[] };
      }[];
    };
    assert.equal(type, "message");
    const [{ contentType, content } = assert.fail(), ...more] = attachments;
    assert.deepEqual(
      [contentType, content.type, more],
      ["application/vnd.microsoft.card.adaptive", "AdaptiveCard", []],
    );
    assert.ok(content.body.every((each) => each.type === "TextBlock"));
    assert.deepEqual(
      content.body.map(({ text }) => text),
      [
        "Fired: Sev2 kv-audit-warning",
        `Found <one> & more. What to do: ${RUNBOOK}`,
        "Tier: within <7> days",
        "2025-02-14T06:00:00Z",
      ],
    );
  });

  it("make a message of an alert for Slack, in which nothing is markup by accident", async () => {
    assert.deepEqual(await posted("slack", LOG_ALERT), {
      text: "Fired: Sev2 kv-audit-warning",
      blocks: [
        {
          type: "section",
          text: {
            type: "mrkdwn",
            text: `*Fired: Sev2 kv-audit-warning*\nFound &lt;one&gt; &amp; more. What to do: ${RUNBOOK}`,
          },
        },
        {
          type: "context",
          elements: [{ type: "mrkdwn", text: "2025-02-14T06:00:00Z Tier: within &lt;7&gt; days" }],
        },
      ],
    });
  });

  for (const name of ["teams", "slack"]) {
    it(`take alerts without dimensions, and their end: ${name}`, async () => {
      const event = JSON.stringify(await posted(name, EVENT_ALERT));
      assert.ok(event.includes(RUNBOOK) && !event.includes("Tier"));
      const over = { ...LOG_ALERT, condition: "Resolved" as const, atMs: Date.UTC(2025, 1, 15) };
      const end = JSON.stringify(await posted(name, over));
      assert.ok(end.includes("Resolved: Sev2 kv-audit-warning") && end.includes("2025-02-15T00:00:00Z"));
    });

    it(`keep the chat's address secret: ${name}`, async () => {
      const { template, actions } = await workflow(name);
      assert.equal(template.parameters.target?.type, "securestring");
      assert.deepEqual(
        (actions.Post as unknown as { runtimeConfiguration: unknown }).runtimeConfiguration,
        { secureData: { properties: ["inputs"] } },
        "the history of runs would show it",
      );
      assert.ok(!("outputs" in template), "what a deployment gives back is kept in clear text");
    });
  }
});
