import assert from "node:assert/strict";
import { type LogRule as DeclaredRule, evaluationOf } from "../../infra/alerts/log-rules.ts";
import { AZURE_SEVERITY } from "../../infra/alerts/severity.ts";
import { meets } from "../../sandbox/events/threshold.ts";
import type { Row } from "../../sandbox/logs/kql/values.ts";
import { recordLog } from "../../sandbox/logs/record.ts";
import {
  LOG_ALERT_TYPE,
  type LogRule,
  logRules,
  logRulesNotEvaluated,
} from "../../sandbox/logs/rules/log-rule.ts";
import { measure } from "../../sandbox/logs/rules/measure.ts";
import type { LogTable } from "../../sandbox/logs/tables.ts";
import { SUBSCRIPTION, TEAM_ID, type WatchedVault, watchedVault } from "../sandbox/events/watched-vault.ts";

const GROUP = `${SUBSCRIPTION}/resourceGroups/rg/providers`;
export const WORKSPACE_ID = `${GROUP}/Microsoft.OperationalInsights/workspaces/logs`;

/** A row, so many minutes before the evaluation; what is left out is empty. */
export type RowBefore = { minutesBefore: number; table: LogTable } & Row;

/** A workspace with rules over it, and a clock that can be moved. */
export interface WatchedWorkspace extends WatchedVault {
  declare(name: string, properties: Record<string, unknown>): Promise<void>;
  /** A row that arrives now. */
  log(table: LogTable, row: Row): Promise<void>;
  /** The mails that a team would have got, as `minutes after the beginning: condition rule`. */
  mails(): string[];
  rule(): LogRule;
}

/** A rule as it is declared by the program, with its query's text. */
export function ruleProperties(rule: DeclaredRule, query: string): Record<string, unknown> {
  return {
    ...evaluationOf({ ...rule, query }),
    description: rule.description,
    severity: AZURE_SEVERITY[rule.severity],
    enabled: true,
    scopes: [WORKSPACE_ID],
    actions: { actionGroups: [TEAM_ID] },
  };
}

export async function watchedWorkspace(): Promise<WatchedWorkspace> {
  const vault = await watchedVault();
  const { store } = vault;
  const beganMs = store.state.clock.nowMs;
  await vault.put(WORKSPACE_ID, "Microsoft.OperationalInsights/workspaces", {});
  return {
    ...vault,
    declare: (name, properties) =>
      vault.put(`${GROUP}/${LOG_ALERT_TYPE}/${name}`, LOG_ALERT_TYPE, properties),
    log: (table, row) =>
      store.update((draft) => {
        recordLog(draft.logs, WORKSPACE_ID, table, { ...row, TimeGenerated: draft.clock.nowMs });
      }),
    mails: () =>
      store.state.events.outbox
        .filter(({ via }) => via === "email")
        .map(
          ({ when, alert }) => `${(Date.parse(when) - beganMs) / 60_000}: ${alert?.condition} ${alert?.rule}`,
        ),
    rule: () => {
      assert.deepEqual(logRulesNotEvaluated(store.state), []);
      const [rule] = logRules(store.state);
      assert.ok(rule !== undefined);
      return rule;
    },
  };
}

/** For which values of its dimensions a rule fires over these rows, evaluated once. */
export async function firesFor(
  declared: DeclaredRule,
  query: string,
  rows: readonly RowBefore[],
): Promise<Record<string, string>[]> {
  const { declare, rule, store } = await watchedWorkspace();
  await declare("rule", ruleProperties(declared, query));
  const { nowMs } = store.state.clock;
  await store.update((draft) => {
    for (const { minutesBefore, table, ...row } of rows.toSorted(
      (a, b) => b.minutesBefore - a.minutesBefore,
    )) {
      recordLog(draft.logs, WORKSPACE_ID, table, { ...row, TimeGenerated: nowMs - minutesBefore * 60_000 });
    }
  });
  const found = rule();
  return measure(store.state.logs, found, nowMs)
    .filter(({ value }) => meets(found.condition, value))
    .map(({ dimensions }) => dimensions);
}
