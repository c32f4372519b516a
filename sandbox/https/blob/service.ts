import { BlobError } from "../../storage/blobs.ts";
import type { FaceAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { failureOfStatus, headersOfStatus } from "../typical-failure.ts";
import {
  deleteBlobOperation,
  getBlob,
  getBlobProperties,
  listBlobs,
  putBlobOperation,
} from "./operations.ts";

/**
 * The blobs of storage accounts, as far as Pulumi's state backend uses them. An account is addressed by path
 * (`/ACCOUNT/CONTAINER/BLOB`), as emulators of Azure Storage do.
 */
export const blobService: Service = {
  name: "blob",
  operations: [listBlobs, getBlob, getBlobProperties, putBlobOperation, deleteBlobOperation],
  headers: ({ id }) => ({ "x-ms-request-id": id, "x-ms-version": "2025-07-05" }),
  refusal: (error, _request, { store, addresses }) => {
    if (!(error instanceof BlobError)) return undefined;
    const answer = errorAnswer(error);
    if (error.status !== 401) return answer;
    const authority = `${addresses.origin}/${store.state.entra.tenant.id}/oauth2/authorize`;
    const challenge = `Bearer authorization_uri=${authority} resource_id=https://storage.azure.com`;
    return { ...answer, headers: { ...answer.headers, "www-authenticate": challenge } };
  },
  failure: errorAnswer,
  typicalFailure: (status) => {
    const answer = errorAnswer(failureOfStatus(status, TYPICAL_FAILURES));
    return { ...answer, headers: { ...answer.headers, ...headersOfStatus(status) } };
  },
};

const TYPICAL_FAILURES = {
  403: { code: "AuthorizationFailure", message: "This request is not authorized to perform this operation." },
  429: { code: "TooManyRequests", message: "The request rate is too high." },
  500: {
    code: "InternalError",
    message: "The server encountered an internal error. Please retry the request.",
  },
  503: { code: "ServerBusy", message: "The server is busy." },
};

function errorAnswer({
  status,
  code,
  message,
}: {
  status: number;
  code: string;
  message: string;
}): FaceAnswer {
  return {
    status,
    headers: { "content-type": "application/xml", "x-ms-error-code": code },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")}</Message></Error>`,
  };
}
