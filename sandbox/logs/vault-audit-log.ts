import type { State } from "../state.ts";
import type { Store } from "../store.ts";
import { type LogCategory, workspacesFor } from "./destinations.ts";
import { recordLog } from "./record.ts";
import type { LogRow } from "./state.ts";

/** A request to a vault, as far as its audit log tells of it. */
export interface VaultAccess {
  requestId: string;
  vaultName: string;
  /** As the log names it, e.g. `SecretGet`. */
  operation: string;
  url: string;
  client: string;
  status: number;
  /** Undefined: nobody who could be told. */
  caller: { kind: "app" | "user"; appId: string; objectId: string } | undefined;
}

/** https://learn.microsoft.com/azure/key-vault/general/logging */
const AUDIT: LogCategory = { name: "AuditEvent", groups: ["audit", "allLogs"] };

/** Writes a request to a vault down where the vault's diagnostic settings say. Nobody waits for it. */
export function logVaultAccess(store: Store, access: VaultAccess): void {
  const { state } = store;
  const vault = Object.values(state.keyVault.vaults).find(({ name }) => name === access.vaultName);
  const workspaces = vault === undefined ? [] : workspacesFor(state, vault.resourceId, AUDIT);
  if (vault === undefined || workspaces.length === 0) return;
  const row = accessRow(state, vault.resourceId, access);
  store
    .update((draft) => {
      for (const workspace of workspaces) recordLog(draft.logs, workspace, "AZKVAuditLogs", row);
    })
    .catch(() => {}); // the store is closing
}

const SIGNATURES: Readonly<Record<number, string>> = {
  200: "OK",
  204: "OK",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
};

function accessRow({ clock, entra }: State, vaultId: string, access: VaultAccess): LogRow {
  const { caller, status, url } = access;
  return {
    TimeGenerated: clock.nowMs,
    OperationName: access.operation,
    Identity: caller === undefined ? null : { claim: claimsOf(caller, entra.users[caller.objectId]) },
    RequestUri: url,
    CallerIpAddress: "127.0.0.1",
    Id: url.split("?")[0] ?? "",
    HttpStatusCode: status,
    ResultType: status < 400 ? "Success" : "Failed",
    ResultSignature: SIGNATURES[status] ?? "Bad Request",
    ResultDescription: "",
    ClientInfo: access.client,
    CorrelationId: access.requestId,
    _ResourceId: vaultId.toLowerCase(),
  };
}

/** Only a user has a name here. */
function claimsOf(
  { appId, objectId }: NonNullable<VaultAccess["caller"]>,
  user: { userPrincipalName: string } | undefined,
): Record<string, string> {
  return {
    "http://schemas.microsoft.com/identity/claims/objectidentifier": objectId,
    appid: appId,
    ...(user !== undefined && {
      "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": user.userPrincipalName,
    }),
  };
}
