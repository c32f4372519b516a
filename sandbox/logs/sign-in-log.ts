import { hashOfSecret } from "../entra/secret-value.ts";
import { servicePrincipalOfClient } from "../entra/service-principals.ts";
import type { EntraState } from "../entra/state.ts";
import type { State } from "../state.ts";
import type { Store } from "../store.ts";
import { directoryWorkspacesFor } from "./destinations.ts";
import { recordLog } from "./record.ts";
import type { LogRow } from "./state.ts";
import type { LogTable } from "./tables.ts";

/** A request at the token endpoint, as far as the directory's sign-in logs tell of it. */
export interface SignInAttempt {
  requestId: string;
  grantType: string;
  clientId: string | undefined;
  /** What stands for the user: an authorization code or a refresh token. */
  userGrant: string | undefined;
  /** Undefined: it succeeded. */
  refusal: { code: number; description: string } | undefined;
}

/** https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-ins#sign-in-logs */
const LOGS: Readonly<Record<string, { category: string; table: LogTable }>> = {
  client_credentials: {
    category: "ServicePrincipalSignInLogs",
    table: "AADServicePrincipalSignInLogs",
  },
  authorization_code: { category: "SignInLogs", table: "SigninLogs" },
  refresh_token: {
    category: "NonInteractiveUserSignInLogs",
    table: "AADNonInteractiveUserSignInLogs",
  },
  "urn:ietf:params:oauth:grant-type:jwt-bearer": {
    category: "NonInteractiveUserSignInLogs",
    table: "AADNonInteractiveUserSignInLogs",
  },
};

/**
 * Writes a sign-in down where the directory's diagnostic settings say. Nobody waits for it, as nobody waits for
 * Entra's logs. A client that the tenant does not know leaves no trace in the tenant's logs.
 */
export function logSignIn(store: Store, attempt: SignInAttempt): void {
  const { state } = store;
  const log = Object.hasOwn(LOGS, attempt.grantType) ? LOGS[attempt.grantType] : undefined;
  if (log === undefined) return;
  const workspaces = directoryWorkspacesFor(state, log.category);
  const row = workspaces.length === 0 ? undefined : signInRow(state, log.table, attempt);
  if (row === undefined) return;
  store
    .update((draft) => {
      for (const workspace of workspaces) recordLog(draft.logs, workspace, log.table, row);
    })
    .catch(() => {}); // the store is closing
}

function signInRow({ entra, clock }: State, table: LogTable, attempt: SignInAttempt): LogRow | undefined {
  const { requestId, clientId, refusal } = attempt;
  const principal = clientId === undefined ? undefined : servicePrincipalOfClient(entra, clientId);
  if (principal === undefined) return undefined;
  const common = {
    TimeGenerated: clock.nowMs,
    AppId: principal.appId,
    AppDisplayName: principal.displayName,
    ResultType: String(refusal?.code ?? 0),
    ResultSignature: refusal === undefined ? "SUCCESS" : "FAILURE",
    ResultDescription: refusal?.description ?? "",
    IPAddress: "127.0.0.1",
    CorrelationId: requestId,
  };
  if (table === "AADServicePrincipalSignInLogs") {
    return { ...common, ServicePrincipalId: principal.id, ServicePrincipalName: principal.displayName };
  }
  const user = userOf(entra, attempt);
  return { ...common, UserId: user?.id ?? "", UserPrincipalName: user?.userPrincipalName ?? "" };
}

function userOf({ signIn, users }: EntraState, { userGrant }: SignInAttempt) {
  if (userGrant === undefined) return undefined;
  const key = hashOfSecret(userGrant);
  const grant = signIn.authorizationCodes[key] ?? signIn.refreshTokens[key];
  return grant === undefined ? undefined : users[grant.userId];
}
