import { deleteSecret, getDeletedSecret } from "../../keyvault/deleted-secrets.ts";
import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

/** Soft-deletes a secret with all its versions. */
export const deleteSecretOperation: Operation = {
  name: "keyVault.deleteSecret",
  method: "DELETE",
  path: "/secrets/:secret",
  documentation: "https://learn.microsoft.com/rest/api/keyvault/secrets/delete-secret/delete-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "delete" });
    const { store, clock, addresses } = services;
    const name = { vaultName, secretName: request.params.secret ?? "" };
    const nowMs = clock.nowMs();
    await store.update((draft) => void deleteSecret(draft, name, nowMs));
    const deleted = getDeletedSecret(store.state, name, nowMs);
    return jsonAnswer(
      200,
      new SecretJson(store.state, addresses, vaultName).deleted(deleted, { listed: false }),
    );
  },
};
