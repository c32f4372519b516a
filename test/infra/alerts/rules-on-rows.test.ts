import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type LogRule, logRules } from "../../../infra/alerts/log-rules.ts";
import {
  failedSignIns,
  MANY_WRONG_SECRETS,
  secretsTouchedByPeople,
  succeededRuns,
} from "../../../infra/alerts/queries.ts";
import { DAY_MS, HOUR_MS } from "../../../infra/duration.ts";
import type { LogTable } from "../../../sandbox/logs/tables.ts";
import { firesFor, type RowBefore, ruleProperties, watchedWorkspace } from "../../support/log-rules.ts";

const CLIENT_ID = "11111111-1111-4111-8111-111111111111";
const OTHER_ID = "22222222-2222-4222-8222-222222222222";

const [rotationStopped, peopleInVault, signInsRefused] = logRules(
  {
    receivers: [],
    runbooks: "https://example.com",
    runInterval: DAY_MS,
    signInLogs: true,
    retention: 90 * DAY_MS,
  },
  "prod",
  [CLIENT_ID],
);

function fires(rule: LogRule | undefined, query: string, rows: readonly RowBefore[]) {
  assert.ok(rule !== undefined);
  return firesFor(rule, query, rows);
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
    (await fires(rotationStopped, succeededRuns("prod"), rows)).length === 0;

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
    assert.ok(rotationStopped !== undefined);
    const { declare, log, timeline, mails } = await watchedWorkspace();
    await timeline.advance(HOUR_MS - 60_000);
    const { table, minutesBefore: _, ...row } = run(0);
    await log(table, row);
    await declare("stopped", ruleProperties(rotationStopped, succeededRuns("prod")));
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
  const told = (...rows: RowBefore[]) => fires(peopleInVault, secretsTouchedByPeople(), rows);
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
  const told = (...rows: RowBefore[]) => fires(signInsRefused, failedSignIns([CLIENT_ID]), rows);
  const many = (count: number) => Array.from({ length: count }, () => signIn(5, "7000215"));

  it("within a quarter of an hour of one refusal of an expired secret, or of a disabled application", async () => {
    const expired = [{ AppId: CLIENT_ID, ResultType: "7000222" }];
    assert.deepEqual(await told(signIn(14, "7000222")), expired);
    assert.deepEqual(await told(signIn(15, "7000222")), expired);
    assert.deepEqual(await told(signIn(16, "7000222")), []);
    assert.deepEqual(await told(signIn(1, "7000112")), [{ AppId: CLIENT_ID, ResultType: "7000112" }]);
  });

  it("whoever signed in with it", async () => {
    for (const table of ["SigninLogs", "AADNonInteractiveUserSignInLogs"] as const) {
      assert.equal((await told(signIn(1, "7000222", CLIENT_ID, table))).length, 1, table);
    }
  });

  it("when it has refused a wrong secret too often for a new one that is still spreading", async () => {
    assert.deepEqual(await told(...many(MANY_WRONG_SECRETS - 1)), []);
    assert.deepEqual(await told(...many(MANY_WRONG_SECRETS)), [{ AppId: CLIENT_ID, ResultType: "7000215" }]);
    const alsoExpired = [...many(MANY_WRONG_SECRETS - 1), signIn(5, "7000222")];
    assert.deepEqual(await told(...alsoExpired), [{ AppId: CLIENT_ID, ResultType: "7000222" }]);
  });

  it("not for others, for successes, or for what a user did wrong", async () => {
    assert.deepEqual(
      await told(signIn(1, "7000222", OTHER_ID), signIn(1, "0"), signIn(1, "50126"), signIn(1, "700022")),
      [],
    );
    assert.deepEqual(await told(), []);
  });
});
