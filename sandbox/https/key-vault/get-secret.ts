import { getSecret } from "../../keyvault/secrets.ts";
import { type FaceAnswer, type FaceRequest, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

const DOCUMENTATION = "https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret";

/** The current version of a secret. */
export const getSecretOperation: Operation = {
  name: "keyVault.getSecret",
  method: "GET",
  path: "/secrets/:secret",
  documentation: DOCUMENTATION,
  handle: readSecret,
};

/** One version of a secret. */
export const getSecretVersionOperation: Operation = {
  name: "keyVault.getSecretVersion",
  method: "GET",
  path: "/secrets/:secret/:version",
  documentation: DOCUMENTATION,
  handle: readSecret,
};

async function readSecret(request: FaceRequest, services: FaceServices): Promise<FaceAnswer> {
  const { vaultName } = await admitted(request, services, { call: "get" });
  const { secret: secretName = "", version } = request.params;
  const { state } = services.store;
  const found = getSecret(state, { vaultName, secretName, ...(version === undefined ? {} : { version }) });
  return jsonAnswer(200, new SecretJson(state, services.addresses, vaultName).bundle(secretName, found));
}
