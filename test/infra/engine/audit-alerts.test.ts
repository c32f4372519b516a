import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { sendEvents } from "../../../cli/engine/report-run.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../infra/duration.ts";
import { removePassword } from "../../../sandbox/entra/passwords.ts";
import type { OutboxEntry } from "../../../sandbox/events/state.ts";
import type { Sandbox } from "../../../sandbox/host/sandbox.ts";
import { isoSeconds } from "../../../sandbox/iso-time.ts";
import "../../../sandbox/localhost-names.ts";
import { addApplication } from "../../support/directory.ts";
import { trust } from "../../support/https-server.ts";
import { keyturn } from "../../support/keyturn-command.ts";
import { type KeyturnStack, keyturnStack, succeeded } from "../../support/keyturn-stack.ts";

const SETTINGS = {
  credentials: [{ name: "mailman", application: { displayName: "Mailman" } }],
  alerts: {
    runbooks: "https://example.com/runbooks",
    receivers: [
      { name: "pager", webhook: "https://pager.example.com/hook", severities: ["critical"] },
      { name: "team", sms: { countryCode: "49", phone: "1701234567" }, severities: ["warning"] },
      { name: "mail", email: "on-call@example.com", severities: ["info"] },
    ],
    auditInterval: "1 day",
  },
};

describe("what the audit finds, on the real engine", () => {
  it("is told daily to those who want its severity, until it is solved; and so is that no audit runs", async (t) => {
    const stack = await keyturnStack(t, { seed: "audit alerts", settings: SETTINGS });
    const { timeline, store, env } = stack.sandbox;
    trust(readFileSync(env.NODE_EXTRA_CA_CERTS ?? "", "utf8"));
    await stack.mustUp();
    // Each day is looked at from a quarter past the hour on.
    await timeline.advanceTo(Math.ceil(store.state.clock.nowMs / HOUR_MS) * HOUR_MS + 15 * MINUTE_MS);
    const endMs = store.state.clock.nowMs + 31 * DAY_MS;
    const { id, keyId } = await byHand(stack.sandbox, endMs);
    const rotated = await rotationReport(stack);
    /** A day that begins so many days before the end, with both pipelines' runs. */
    const day = async (daysBefore: number) => {
      await timeline.advanceTo(endMs - daysBefore * DAY_MS);
      await rotated();
      succeeded(await keyturn(stack, ["pipeline", "audit", "--no-sign-ins"]));
      return messagesOf(await timeline.advance(DAY_MS - MINUTE_MS));
    };

    assert.deepEqual(await day(31), [], "a month and a day is early enough");
    assert.deepEqual(await day(30), ["email: Fired audit-info, Tier: within 30 days"]);
    assert.deepEqual(await day(29), ["email: Fired audit-info, Tier: within 30 days"]);
    await quietUntil(timeline, endMs - 14 * DAY_MS);
    assert.deepEqual(await day(14), ["sms: Fired audit-warning"]);
    await quietUntil(timeline, endMs - 7 * DAY_MS);
    assert.deepEqual(await day(7), ["sms: Fired audit-warning"]);
    await quietUntil(timeline, endMs - DAY_MS);
    assert.deepEqual(await day(1), ["webhook: Fired audit-critical, Tier: within 1 day"]);
    assert.deepEqual(await day(0), ["webhook: Fired audit-critical, Tier: expired"]);

    await store.update(({ entra }) => {
      const application = entra.applications[id];
      assert.ok(application !== undefined);
      removePassword(application, keyId);
    });
    assert.deepEqual(await day(-1), [], "what is solved is told of no more");
    assert.deepEqual(await day(-2), []);

    // The rotation goes on; no audit does. Its last report came at a quarter past, and hourly somebody listens.
    await rotated();
    const silent = await timeline.advanceTo(endMs + 4 * DAY_MS + 45 * MINUTE_MS - MINUTE_MS);
    assert.deepEqual(messagesOf(silent), []);
    await rotated();
    assert.deepEqual(messagesOf(await timeline.advance(MINUTE_MS)), ["sms: Fired audit-stopped"]);
  });
});

/** An application with a secret that somebody made. */
function byHand(sandbox: Sandbox, endMs: number) {
  const { store, clock, randomness } = sandbox;
  const directory = { store, clock, randomness, context: () => ({ nowMs: clock.nowMs(), randomness }) };
  const password = { displayName: "by hand", endDateTime: isoSeconds(endMs) };
  return addApplication(directory, { displayName: "CRM sync", password });
}

/** Days on which no pipeline ran: that is what those tell of who watch for it, and nobody else tells anything. */
async function quietUntil(timeline: Sandbox["timeline"], ms: number): Promise<void> {
  const said = messagesOf(await timeline.advanceTo(ms - HOUR_MS));
  assert.deepEqual(
    said.filter((each) => !/-stopped/.test(each)),
    [],
  );
}

async function rotationReport({ run, sandbox }: KeyturnStack): Promise<() => Promise<void>> {
  const { stdout } = succeeded(await run(["stack", "output", "--json"]));
  const { telemetry } = JSON.parse(stdout) as { telemetry: { connectionString: string } };
  return async () => {
    const events = [{ name: "KeyturnRotationRun", properties: { stack: "dev", outcome: "succeeded" } }];
    const at = isoSeconds(sandbox.clock.nowMs());
    assert.equal(await sendEvents(telemetry.connectionString, { events, at }), undefined);
  };
}

/** `email: Fired audit-info, Tier: within 30 days`, for each alert that began; a text message is too short for the tier. */
function messagesOf({ messages }: { messages: readonly OutboxEntry[] }): string[] {
  return messages
    .filter(({ alert }) => alert?.condition === "Fired")
    .map(({ via, alert, text }) => {
      const tier = /^Tier: .*$/m.exec(text ?? "")?.[0];
      const rule = `${via}: Fired ${alert?.rule.replace("kv-sell-mail-dev-", "")}`;
      return tier === undefined ? rule : `${rule}, ${tier}`;
    });
}
