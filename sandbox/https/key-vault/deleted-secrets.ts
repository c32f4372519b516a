import {
  getDeletedSecret,
  listDeletedSecrets,
  purgeDeletedSecret,
  recoverDeletedSecret,
} from "../../keyvault/deleted-secrets.ts";
import { secretVersion } from "../../keyvault/secrets.ts";
import { emptyAnswer, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { pageOf } from "./page.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

/** Every soft-deleted secret. */
export const listDeletedSecretsOperation: Operation = {
  name: "keyVault.listDeletedSecrets",
  method: "GET",
  path: "/deletedsecrets",
  documentation:
    "https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secrets/get-deleted-secrets",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "list" });
    const { store, clock, addresses } = services;
    const json = new SecretJson(store.state, addresses, vaultName);
    const deleted = listDeletedSecrets(store.state, vaultName, clock.nowMs());
    const { items, nextLink } = pageOf(deleted, ({ name }) => name.toLowerCase(), request.url);
    return jsonAnswer(200, {
      value: items.map((secret) => json.deleted(secret, { listed: true })),
      nextLink,
    });
  },
};

/** One soft-deleted secret. */
export const getDeletedSecretOperation: Operation = {
  name: "keyVault.getDeletedSecret",
  method: "GET",
  path: "/deletedsecrets/:secret",
  documentation:
    "https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret/get-deleted-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "get" });
    const { store, clock, addresses } = services;
    const secretName = request.params.secret ?? "";
    const deleted = getDeletedSecret(store.state, { vaultName, secretName }, clock.nowMs());
    return jsonAnswer(
      200,
      new SecretJson(store.state, addresses, vaultName).deleted(deleted, { listed: false }),
    );
  },
};

/** Brings a soft-deleted secret back. */
export const recoverDeletedSecretOperation: Operation = {
  name: "keyVault.recoverDeletedSecret",
  method: "POST",
  path: "/deletedsecrets/:secret/recover",
  documentation:
    "https://learn.microsoft.com/rest/api/keyvault/secrets/recover-deleted-secret/recover-deleted-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "recover" });
    const { store, clock, addresses } = services;
    const name = { vaultName, secretName: request.params.secret ?? "" };
    await store.update((draft) => void recoverDeletedSecret(draft, name, clock.nowMs()));
    const current = secretVersion(store.state, name);
    return jsonAnswer(
      200,
      new SecretJson(store.state, addresses, vaultName).described(name.secretName, current),
    );
  },
};

/** Forgets a soft-deleted secret for good. */
export const purgeDeletedSecretOperation: Operation = {
  name: "keyVault.purgeDeletedSecret",
  method: "DELETE",
  path: "/deletedsecrets/:secret",
  documentation:
    "https://learn.microsoft.com/rest/api/keyvault/secrets/purge-deleted-secret/purge-deleted-secret",
  handle: async (request, services) => {
    const { vaultName } = await admitted(request, services, { call: "purge" });
    const { store, clock } = services;
    const name = { vaultName, secretName: request.params.secret ?? "" };
    await store.update((draft) => purgeDeletedSecret(draft, name, clock.nowMs()));
    return emptyAnswer(204);
  },
};
