import { secretVersion, updateSecret } from "../../keyvault/secrets.ts";
import { type FaceAnswer, type FaceRequest, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";
import { readUpdateBody } from "./secret-body.ts";
import { SecretJson } from "./secret-json.ts";
import { admitted } from "./vault-call.ts";

const DOCUMENTATION = "https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret/update-secret";

/** Changes a version's attributes, never its value. */
export const updateSecretOperation: Operation = {
  name: "keyVault.updateSecret",
  method: "PATCH",
  path: "/secrets/:secret/:version",
  documentation: DOCUMENTATION,
  handle: update,
};

/** The same for the current version, as the client asks for when it is told no version. */
export const updateCurrentSecretOperation: Operation = {
  name: "keyVault.updateCurrentSecret",
  method: "PATCH",
  path: "/secrets/:secret",
  documentation: DOCUMENTATION,
  handle: update,
};

async function update(request: FaceRequest, services: FaceServices): Promise<FaceAnswer> {
  const { vaultName } = await admitted(request, services, { call: "update" });
  const { secret: secretName = "", version } = request.params;
  const { store, clock, addresses } = services;
  const body = readUpdateBody(request);
  const reference = { vaultName, secretName, ...(version === undefined ? {} : { version }) };
  await store.update((draft) => void updateSecret(draft, { ...reference, ...body }, clock.nowMs()));
  const updated = secretVersion(store.state, reference);
  return jsonAnswer(200, new SecretJson(store.state, addresses, vaultName).described(secretName, updated));
}
