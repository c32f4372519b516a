import { metricRulesNotEvaluated } from "../events/metric-rule.ts";
import { isoSeconds } from "../iso-time.ts";
import { logRulesNotEvaluated } from "../logs/rules/log-rule.ts";
import type { ControlArgs, ControlOperation, ControlResults, SandboxStatus } from "./control-protocol.ts";
import { fillIn } from "./placeholders.ts";
import type { Sandbox } from "./sandbox.ts";

type Handlers = {
  [Name in ControlOperation]: (sandbox: Sandbox, args: ControlArgs<Name>) => Promise<ControlResults[Name]>;
};

/** How many reports a status shows. */
const REPORTS_SHOWN = 20;

/** What each operation does. `stop` only answers: whoever runs the process ends it. */
export const controlHandlers: Handlers = {
  status: async (sandbox) => statusOf(sandbox),
  environment: async (sandbox) => sandbox.env,
  fillIn: ({ store, clock, randomness }, { placeholders }) =>
    store.update((draft) => fillIn(draft.entra, placeholders, { nowMs: clock.nowMs(), randomness })),
  advance: (sandbox, args) =>
    "byMs" in args ? sandbox.timeline.advance(args.byMs) : sandbox.timeline.advanceTo(args.toMs, args),
  addFault: (sandbox, request) => sandbox.faults.add(request),
  listFaults: async ({ store, faults }) => ({
    rules: faults.list(),
    counters: store.state.faults.counters,
    fired: faults.fired(),
  }),
  clearFaults: (sandbox, { id }) => sandbox.faults.clear(id),
  outbox: (sandbox) => sandbox.outbox(),
  mail: async ({ store }) => store.state.mail.messages,
  calls: async (sandbox, { after }) => sandbox.calls.list(after === undefined ? {} : { after }),
  recordMetric: async (sandbox, { atMs, ...sample }) => {
    await sandbox.recordMetric(atMs === undefined ? sample : { ...sample, atMs });
    return null;
  },
  stop: async () => null,
};

function statusOf({ store, folder, ports, reports }: Sandbox): SandboxStatus {
  const { arm, clock, entra, faults, keyVault } = store.state;
  const vaults = Object.values(keyVault.vaults);
  const notEvaluated = [...metricRulesNotEvaluated(store.state), ...logRulesNotEvaluated(store.state)];
  return {
    folder,
    pid: process.pid,
    now: isoSeconds(clock.nowMs),
    tenantId: entra.tenant.id,
    subscriptionId: arm.subscriptionId,
    ports,
    holds: {
      applications: Object.keys(entra.applications).length,
      resources: Object.keys(arm.resources).length,
      vaults: vaults.length,
      secrets: vaults.reduce((count, { secrets }) => count + Object.keys(secrets).length, 0),
      faults: faults.rules.length,
    },
    rulesNotEvaluated: notEvaluated.map(({ id }) => id),
    notEvaluated,
    reports: reports.slice(-REPORTS_SHOWN),
  };
}
