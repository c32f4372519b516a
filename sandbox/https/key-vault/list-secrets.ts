import { listSecrets, listSecretVersions } from "../../keyvault/secrets.ts";
import { jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { pageOf } from "./page.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

/** Every secret of a vault, without values. */
export const listSecretsOperation: Operation = {
  name: "keyVault.listSecrets",
  method: "GET",
  path: "/secrets",
  documentation: "https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "list" });
    const { state } = services.store;
    const json = new SecretJson(state, services.addresses, vaultName);
    const { items, nextLink } = pageOf(
      listSecrets(state, vaultName),
      ({ name }) => name.toLowerCase(),
      request.url,
    );
    return jsonAnswer(200, { value: items.map(({ name, version }) => json.item(name, version)), nextLink });
  },
};

/** Every version of a secret, without values. */
export const listSecretVersionsOperation: Operation = {
  name: "keyVault.listSecretVersions",
  method: "GET",
  path: "/secrets/:secret/versions",
  documentation:
    "https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret-versions/get-secret-versions",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "list" });
    const { state } = services.store;
    const json = new SecretJson(state, services.addresses, vaultName);
    const versions = listSecretVersions(state, { vaultName, secretName: request.params.secret ?? "" });
    const { items, nextLink } = pageOf(versions, ({ version }) => version.version, request.url);
    return jsonAnswer(200, {
      value: items.map(({ name, version }) => json.versionItem(name, version)),
      nextLink,
    });
  },
};
