import { KeyVaultError } from "../../keyvault/errors.ts";
import { jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { failureOfStatus, headersOfStatus } from "../typical-failure.ts";
import { audited } from "./audited.ts";
import { backupSecretOperation, restoreSecretOperation } from "./backup.ts";
import { deleteSecretOperation } from "./delete-secret.ts";
import {
  getDeletedSecretOperation,
  listDeletedSecretsOperation,
  purgeDeletedSecretOperation,
  recoverDeletedSecretOperation,
} from "./deleted-secrets.ts";
import { getSecretOperation, getSecretVersionOperation } from "./get-secret.ts";
import { listSecretsOperation, listSecretVersionsOperation } from "./list-secrets.ts";
import { setSecretOperation } from "./set-secret.ts";
import { updateCurrentSecretOperation, updateSecretOperation } from "./update-secret.ts";
import { ChallengeNeeded, ThrottledError } from "./vault-call.ts";

/** The vaults' own API for secrets. */
export const keyVaultService: Service = {
  name: "keyVault",
  operations: [
    setSecretOperation,
    getSecretOperation,
    getSecretVersionOperation,
    listSecretsOperation,
    listSecretVersionsOperation,
    updateSecretOperation,
    updateCurrentSecretOperation,
    deleteSecretOperation,
    listDeletedSecretsOperation,
    getDeletedSecretOperation,
    recoverDeletedSecretOperation,
    purgeDeletedSecretOperation,
    backupSecretOperation,
    restoreSecretOperation,
  ].map(audited),
  headers: ({ id }) => ({
    "cache-control": "no-cache",
    pragma: "no-cache",
    "x-ms-request-id": id,
    "x-ms-keyvault-region": "sandbox",
    "x-ms-keyvault-service-version": "1.9.0.0",
  }),
  refusal: (error, _request, services) => {
    if (error instanceof ChallengeNeeded) return error.answer(services);
    if (!(error instanceof KeyVaultError)) return undefined;
    const { status, code, message, innerCode } = error;
    return jsonAnswer(
      status,
      { error: { code, message, ...(innerCode === null ? {} : { innererror: { code: innerCode } }) } },
      error instanceof ThrottledError ? { "retry-after": String(error.retryAfterSeconds) } : {},
    );
  },
  failure: ({ status, code, message }) => jsonAnswer(status, { error: { code, message } }),
  typicalFailure: (status) => {
    const { code, message } = failureOfStatus(status, TYPICAL_FAILURES);
    return jsonAnswer(status, { error: { code, message } }, headersOfStatus(status));
  },
};

const TYPICAL_FAILURES = {
  403: { code: "Forbidden", message: "Caller is not authorized to perform action on resource." },
  429: { code: "Throttled", message: new ThrottledError(0).message },
  500: { code: "InternalServerError", message: "An internal server error occurred." },
  503: { code: "ServiceUnavailable", message: "The service is temporarily unavailable." },
};
