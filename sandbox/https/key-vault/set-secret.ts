import { setSecret } from "../../keyvault/secrets.ts";
import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { readSetBody } from "./secret-body.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

/** Adds a version to a secret. */
export const setSecretOperation: Operation = {
  name: "keyVault.setSecret",
  method: "PUT",
  path: "/secrets/:secret",
  documentation: "https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "set", kind: "create" });
    const { store, clock, randomness, addresses } = services;
    const secretName = request.params.secret ?? "";
    const body = readSetBody(request);
    const context = { nowMs: clock.nowMs(), randomness };
    const version = await store.update((draft) =>
      setSecret(draft, { vaultName, secretName, ...body }, context),
    );
    return jsonAnswer(200, new SecretJson(store.state, addresses, vaultName).bundle(secretName, version));
  },
};
