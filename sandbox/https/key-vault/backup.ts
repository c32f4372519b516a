import { restoreSecret, secretForBackup } from "../../keyvault/deleted-secrets.ts";
import { secretVersion } from "../../keyvault/secrets.ts";
import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { openBackup, sealBackup } from "./backup-blob.ts";
import { readRestoreBody } from "./secret-body.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

/** A secret with all its versions, as a blob that only Key Vault can read. */
export const backupSecretOperation: Operation = {
  name: "keyVault.backupSecret",
  method: "POST",
  path: "/secrets/:secret/backup",
  documentation: "https://learn.microsoft.com/rest/api/keyvault/secrets/backup-secret/backup-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "backup" });
    const secretName = request.params.secret ?? "";
    const secret = secretForBackup(services.store.state, { vaultName, secretName });
    return jsonAnswer(200, { value: await sealBackup(secret, services) });
  },
};

/** Puts a backed-up secret into a vault. */
export const restoreSecretOperation: Operation = {
  name: "keyVault.restoreSecret",
  method: "POST",
  path: "/secrets/restore",
  documentation: "https://learn.microsoft.com/rest/api/keyvault/secrets/restore-secret/restore-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "restore" });
    const { store, clock, addresses } = services;
    const backup = await openBackup(readRestoreBody(request).value, services);
    await store.update((draft) => void restoreSecret(draft, vaultName, backup, clock.nowMs()));
    const current = secretVersion(store.state, { vaultName, secretName: backup.name });
    return jsonAnswer(200, new SecretJson(store.state, addresses, vaultName).described(backup.name, current));
  },
};
