import { KeyVaultError } from "../../keyvault/errors.ts";
import { logVaultAccess } from "../../logs/vault-audit-log.ts";
import { type FaceRequest, headerOf } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { ChallengeNeeded, callerOf } from "./vault-call.ts";

/** As the vaults' audit log names them (https://learn.microsoft.com/azure/key-vault/general/logging). */
const AUDIT_NAMES: Readonly<Record<string, string>> = {
  "keyVault.setSecret": "SecretSet",
  "keyVault.getSecret": "SecretGet",
  "keyVault.getSecretVersion": "SecretGet",
  "keyVault.listSecrets": "SecretList",
  "keyVault.listSecretVersions": "SecretListVersions",
  "keyVault.updateSecret": "SecretUpdate",
  "keyVault.updateCurrentSecret": "SecretUpdate",
  "keyVault.deleteSecret": "SecretDelete",
  "keyVault.listDeletedSecrets": "SecretListDeleted",
  "keyVault.getDeletedSecret": "SecretGetDeleted",
  "keyVault.recoverDeletedSecret": "SecretRecover",
  "keyVault.purgeDeletedSecret": "SecretPurge",
  "keyVault.backupSecret": "SecretBackup",
  "keyVault.restoreSecret": "SecretRestore",
};

/** The operation, with every request to it in the vault's audit log: those that were refused too. */
export function audited(operation: Operation): Operation {
  return {
    ...operation,
    handle: async (request, services) => {
      try {
        const answer = await operation.handle(request, services);
        log(operation, request, services, answer.status);
        return answer;
      } catch (error) {
        const status = statusOf(error);
        if (status !== undefined) log(operation, request, services, status);
        throw error;
      }
    },
  };
}

/** Undefined for what is no answer of the vault's. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof ChallengeNeeded) return 401;
  return error instanceof KeyVaultError ? error.status : undefined;
}

function log(
  { name }: Operation,
  request: FaceRequest,
  { store }: Pick<FaceServices, "store">,
  status: number,
): void {
  logVaultAccess(store, {
    requestId: request.id,
    vaultName: request.url.hostname.split(".")[0] ?? "",
    operation: AUDIT_NAMES[name] ?? name,
    url: request.url.href,
    client: headerOf(request, "user-agent") ?? "",
    status,
    caller: callerOf(request),
  });
}
