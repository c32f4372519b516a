import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type LogRule, logRules } from "../../../infra/alerts/log-rules.ts";
import {
  auditedTiers,
  completeAudits,
  failedSignIns,
  mostRefusalsOfOneProof,
  secretsTouchedByPeople,
  succeededRuns,
} from "../../../infra/alerts/queries.ts";
import { type Severity, severities } from "../../../infra/alerts/severity.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../infra/duration.ts";
import type { LogTable } from "../../../sandbox/logs/tables.ts";
import { alertSettings, VERIFICATION } from "../../support/alert-settings.ts";
import { firesFor, type RowBefore, ruleProperties, watchedWorkspace } from "../../support/log-rules.ts";

const CLIENT_ID = "11111111-1111-4111-8111-111111111111";
const OTHER_ID = "22222222-2222-4222-8222-222222222222";

const RULES = logRules({
  settings: alertSettings({ signInLogs: true, auditInterval: DAY_MS }),
  stack: "prod",
  clientIds: [CLIENT_ID],
  verification: VERIFICATION,
});

function rule(suffix: string): LogRule {
  return RULES.find((each) => each.suffix === suffix) ?? assert.fail(suffix);
}

describe("nothing rotates any more", () => {
  const TWO_DAYS = 2 * 24 * 60;
  const run = (
    minutesBefore: number,
    over: Record<string, string> = {},
    name = "KeyturnRotationRun",
  ): RowBefore => ({
    table: "AppEvents",
    minutesBefore,
    Name: name,
    Properties: { stack: "prod", outcome: "succeeded", ...over },
  });
  const isSilent = async (...rows: RowBefore[]) =>
    (await firesFor(rule("rotation-stopped"), succeededRuns("prod"), rows)).length === 0;

  it("two intervals after the last run that succeeded, and not a minute earlier", async () => {
    assert.ok(await isSilent(run(TWO_DAYS - 1)));
    assert.ok(await isSilent(run(TWO_DAYS)));
    assert.ok(!(await isSilent(run(TWO_DAYS + 1))));
    assert.ok(!(await isSilent()));
  });

  it("whatever else was reported", async () => {
    assert.ok(!(await isSilent(run(5, { outcome: "failed" }))));
    assert.ok(!(await isSilent(run(5, { stack: "dev" }))));
    assert.ok(!(await isSilent(run(5, { stack: "PROD" }))));
    assert.ok(!(await isSilent(run(5, {}, "AnotherEvent"))));
    assert.ok(!(await isSilent({ table: "AppEvents", minutesBefore: 5, Name: "KeyturnRotationRun" })));
    assert.ok(await isSilent(run(5, { outcome: "failed" }), run(60)));
  });

  it("at the first evaluation after that, once; and it is over when runs succeed again", async () => {
    const { declare, log, timeline, mails } = await watchedWorkspace();
    await timeline.advance(HOUR_MS - 60_000);
    const { table, minutesBefore: _, ...row } = run(0);
    await log(table, row);
    await declare("stopped", ruleProperties(rule("rotation-stopped"), succeededRuns("prod")));
    await timeline.advance(2 * DAY_MS);
    assert.deepEqual(mails(), [], "it is a minute too early");
    await timeline.advance(60_000);
    const fired = TWO_DAYS + 60;
    assert.deepEqual(mails(), [`${fired}: Fired stopped`]);
    await timeline.advance(5 * DAY_MS);
    assert.equal(mails().length, 1);
    await log(table, row);
    await timeline.advance(2 * HOUR_MS);
    // At such a frequency an alert is over after two good evaluations.
    assert.deepEqual(mails(), [`${fired}: Fired stopped`, `${fired + 5 * 24 * 60 + 120}: Resolved stopped`]);
  });
});

describe("a person in the vault", () => {
  const CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
  const access = (minutesBefore: number, over: Partial<RowBefore> = {}): RowBefore => ({
    table: "AZKVAuditLogs",
    minutesBefore,
    OperationName: "SecretGet",
    Identity: { claim: { [CLAIM]: "kim@example.com", appid: OTHER_ID } },
    RequestUri: "https://kv-mail.vault.azure.net/secrets/mailman/0123?api-version=7.6",
    ...over,
  });
  const told = (...rows: RowBefore[]) => firesFor(rule("people-in-vault"), secretsTouchedByPeople(), rows);
  const kim = { Person: "kim@example.com", Secret: "mailman", OperationName: "SecretGet" };

  it("is told of within half an hour, with the secret and what was done", async () => {
    assert.deepEqual(await told(access(29)), [kim]);
    assert.deepEqual(await told(access(30)), [kim]);
    assert.deepEqual(await told(access(31)), []);
    assert.deepEqual(await told(access(1), access(2, { OperationName: "SecretSet" }), access(3)), [
      kim,
      { ...kim, OperationName: "SecretSet" },
    ]);
    assert.deepEqual(await told(access(1, { RequestUri: "https://kv/secrets/other" })), [
      { ...kim, Secret: "other" },
    ]);
  });

  it("is not a service, nor somebody who looks at the list", async () => {
    assert.deepEqual(await told(access(1, { Identity: { claim: { appid: CLIENT_ID } } })), []);
    assert.deepEqual(await told(access(1, { Identity: null })), []);
    assert.deepEqual(await told(access(1, { OperationName: "SecretList" })), []);
    assert.deepEqual(await told(access(1, { OperationName: "secretget" })), []);
  });
});

describe("Entra refuses an application", () => {
  const signIn = (
    minutesBefore: number,
    ResultType: string,
    AppId = CLIENT_ID,
    table: LogTable = "AADServicePrincipalSignInLogs",
  ): RowBefore => ({ table, minutesBefore, AppId, ResultType });
  const QUERY = failedSignIns([CLIENT_ID], VERIFICATION);
  const told = (...rows: RowBefore[]) => firesFor(rule("sign-ins-refused"), QUERY, rows);
  const wrong = [{ AppId: CLIENT_ID, ResultType: "7000215" }];

  it("within an hour of one refusal of an expired secret, or of a disabled application", async () => {
    const expired = [{ AppId: CLIENT_ID, ResultType: "7000222" }];
    assert.deepEqual(await told(signIn(59, "7000222")), expired);
    assert.deepEqual(await told(signIn(60, "7000222")), expired);
    assert.deepEqual(await told(signIn(61, "7000222")), []);
    assert.deepEqual(await told(signIn(1, "7000112")), [{ AppId: CLIENT_ID, ResultType: "7000112" }]);
  });

  it("whoever signed in with it", async () => {
    for (const table of ["SigninLogs", "AADNonInteractiveUserSignInLogs"] as const) {
      assert.equal((await told(signIn(1, "7000222", CLIENT_ID, table))).length, 1, table);
    }
  });

  it("when it goes on refusing a wrong secret for longer than a new one takes to spread", async () => {
    const over = (minutes: number) => told(signIn(10 + minutes, "7000215"), signIn(10, "7000215"));
    assert.deepEqual(await over(4), []);
    assert.deepEqual(await over(5), []);
    assert.deepEqual(await over(6), wrong);
    assert.deepEqual(await told(signIn(3, "7000215")), [], "once is no proof");
    // A service that backs off asks every quarter of an hour.
    assert.deepEqual(await told(signIn(16, "7000215"), signIn(1, "7000215")), wrong);
    assert.deepEqual(
      await told(signIn(16, "7000215"), signIn(1, "7000215", OTHER_ID)),
      [],
      "each application for itself",
    );
  });

  it("when it refuses a wrong secret oftener than one proof of a new one asks, and not for a whole proof", async () => {
    const most = mostRefusalsOfOneProof(VERIFICATION);
    assert.equal(most, 301);
    // Every second for the five minutes of the whole window.
    const proof = Array.from({ length: most }, (_, second) => signIn(12 - second / 60, "7000215"));
    assert.deepEqual(await told(...proof), []);
    assert.deepEqual(await told(...proof, signIn(8, "7000215")), wrong);
    assert.deepEqual(await told(...proof, signIn(5, "7000222")), [
      { AppId: CLIENT_ID, ResultType: "7000222" },
    ]);
  });

  it("as the settings have the proof", async () => {
    const patient = failedSignIns([CLIENT_ID], { window: 10 * MINUTE_MS, pause: 5_000 });
    const over = (minutes: number) =>
      firesFor(rule("sign-ins-refused"), patient, [signIn(10 + minutes, "7000215"), signIn(10, "7000215")]);
    assert.deepEqual(await over(10), []);
    assert.deepEqual(await over(11), wrong);
  });

  it("not for others, for successes, or for what a user did wrong", async () => {
    assert.deepEqual(
      await told(signIn(1, "7000222", OTHER_ID), signIn(1, "0"), signIn(1, "50126"), signIn(1, "700022")),
      [],
    );
    assert.deepEqual(await told(), []);
  });

  it("also when the row comes half an hour late", async () => {
    const { declare, log, timeline, mails, store } = await watchedWorkspace();
    await store.update(({ logs }) => {
      logs.delays = { AADServicePrincipalSignInLogs: 30 * MINUTE_MS };
    });
    await declare("refused", ruleProperties(rule("sign-ins-refused"), QUERY));
    const { table, minutesBefore: _, ...row } = signIn(0, "7000222");
    await timeline.advance(MINUTE_MS);
    await log(table, row);
    await timeline.advance(30 * MINUTE_MS);
    assert.deepEqual(mails(), [], "it is not there yet");
    await timeline.advance(5 * MINUTE_MS);
    assert.deepEqual(mails(), ["35: Fired refused"]);
    // It leaves the window an hour after the sign-in; then come three good evaluations.
    await timeline.advance(2 * HOUR_MS);
    assert.deepEqual(mails(), ["35: Fired refused", "75: Resolved refused"]);
  });
});

describe("the audit found something", () => {
  const DAY = 24 * 60;
  const found = (
    minutesBefore: number,
    tier: number,
    findings: number,
    over: Record<string, string> = {},
  ): RowBefore => ({
    table: "AppEvents",
    minutesBefore,
    Name: "KeyturnAuditTier",
    Properties: {
      ...{ stack: "prod", complete: "true", severity: "warning" },
      ...{ tier: `${tier}`, findings: `${findings}`, ...over },
    },
  });
  const told = async (severity: Severity, ...rows: RowBefore[]) => {
    const groups = await firesFor(rule(`audit-${severity}`), auditedTiers("prod", severity), rows);
    return groups.map(({ Tier }) => Tier);
  };

  it("is told of by tier, to those who want its severity", async () => {
    const all = [0, 1, 7, 14, 30, 60].flatMap((tier) =>
      severities.map((severity) =>
        found(10, tier, severity === (tier < 2 ? "critical" : "warning") ? 2 : 0, { severity }),
      ),
    );
    assert.deepEqual(await told("critical", ...all), ["expired", "within 1 day"]);
    assert.deepEqual(
      await told("warning", ...all),
      [7, 14, 30, 60].map((days) => `within ${days} days`),
    );
    assert.deepEqual(await told("info", ...all), []);
  });

  it("for a day after the audit", async () => {
    assert.deepEqual(await told("warning", found(DAY - 1, 7, 1)), ["within 7 days"]);
    assert.deepEqual(await told("warning", found(DAY, 7, 1)), ["within 7 days"]);
    assert.deepEqual(await told("warning", found(DAY + 1, 7, 1)), []);
  });

  it("until an audit that could read everything finds it solved", async () => {
    assert.deepEqual(await told("warning", found(60, 7, 1), found(1, 7, 0)), []);
    assert.deepEqual(await told("warning", found(60, 7, 0), found(1, 7, 1)), ["within 7 days"]);
    const blind = { complete: "false" };
    assert.deepEqual(await told("warning", found(60, 7, 1), found(1, 7, 0, blind)), ["within 7 days"]);
    assert.deepEqual(await told("warning", found(1, 7, 1, blind)), ["within 7 days"]);
  });

  it("not what other stacks' audits found, nor what is nothing", async () => {
    assert.deepEqual(await told("warning", found(1, 0, 1, { stack: "dev" }), found(1, 1, 0)), []);
    assert.deepEqual(await told("warning", { ...found(1, 0, 1), Name: "Other" }), []);
    assert.deepEqual(await told("warning", found(1, 0, 1, { findings: "some" })), []);
  });

  it("is told of daily, at the first hour after the audit, until it is solved", async () => {
    const { declare, log, timeline, mails } = await watchedWorkspace();
    await declare("found", ruleProperties(rule("audit-warning"), auditedTiers("prod", "warning")));
    const audit = async (findings: number) => {
      const { table, minutesBefore: _, ...row } = found(0, 1, findings);
      await log(table, row);
      await timeline.advance(DAY_MS);
    };
    await timeline.advance(10 * MINUTE_MS);
    await audit(1);
    assert.deepEqual(mails(), ["60: Fired found"]);
    await audit(2);
    await audit(1);
    assert.deepEqual(mails(), [
      "60: Fired found",
      `${DAY + 60}: Fired found`,
      `${2 * DAY + 60}: Fired found`,
    ]);
    await audit(0);
    await audit(0);
    assert.equal(mails().length, 3, "what is solved is told of no more");
    await audit(1);
    assert.deepEqual(mails().slice(3), [`${5 * DAY + 60}: Fired found`]);
  });

  it("and its own silence is told of after two intervals", async () => {
    const run = (minutesBefore: number, over: Record<string, string> = {}): RowBefore => ({
      table: "AppEvents",
      minutesBefore,
      Name: "KeyturnAuditRun",
      Properties: { stack: "prod", complete: "true", ...over },
    });
    const isSilent = async (...rows: RowBefore[]) =>
      (await firesFor(rule("audit-stopped"), completeAudits("prod"), rows)).length === 0;
    assert.ok(await isSilent(run(2 * DAY - 1)));
    assert.ok(await isSilent(run(2 * DAY)));
    assert.ok(!(await isSilent(run(2 * DAY + 1))));
    assert.ok(!(await isSilent()));
    assert.ok(!(await isSilent(run(5, { complete: "false" }))));
    assert.ok(!(await isSilent(run(5, { stack: "dev" }))));
  });
});
