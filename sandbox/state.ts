import { type ArmState, initialArmState } from "./arm/state.ts";
import { initialEntraState } from "./entra/initial-state.ts";
import type { EntraState } from "./entra/state.ts";
import { type EventsState, initialEventsState } from "./events/state.ts";
import { type FaultsState, initialFaultsState } from "./faults/state.ts";
import { type HostState, initialHostState } from "./host/state.ts";
import { initialKeyVaultState, type KeyVaultState } from "./keyvault/state.ts";
import { initialLogsState, type LogsState } from "./logs/state.ts";
import { initialMailState, type MailState } from "./mail/state.ts";

/** Everything that the sandbox remembers. Plain JSON. */
export interface State {
  schemaVersion: 1;
  clock: { nowMs: number };
  entra: EntraState;
  arm: ArmState;
  keyVault: KeyVaultState;
  events: EventsState;
  logs: LogsState;
  mail: MailState;
  faults: FaultsState;
  host: HostState;
}

/** What a new sandbox is made with. */
export interface InitialStateArgs {
  /** The sandbox's first moment, in milliseconds since 1970; cut to the second. */
  nowMs: number;
  tenantId: string;
  subscriptionId: string;
}

/** A tenant that holds only Microsoft's own service principals, and an empty subscription. */
export function initialState({ nowMs, tenantId, subscriptionId }: InitialStateArgs): State {
  return {
    schemaVersion: 1,
    clock: { nowMs: Math.floor(nowMs / 1000) * 1000 },
    entra: initialEntraState({ tenantId, nowMs }),
    arm: initialArmState(subscriptionId),
    keyVault: initialKeyVaultState(),
    events: initialEventsState(),
    logs: initialLogsState(),
    mail: initialMailState(),
    faults: initialFaultsState(),
    host: initialHostState(),
  };
}

/** A state that an earlier version wrote lacks what came later: there it begins empty. */
export function completed(state: State): State {
  const later: Partial<State> = state;
  return { ...state, logs: later.logs ?? initialLogsState() };
}
