import { azureStorage } from "../../entra/well-known/azure-services.ts";
import { BlobError, type BlobVerb, requireBlobAccess } from "../../storage/blobs.ts";
import { type Caller, readBearer } from "../bearer.ts";
import type { FaceRequest } from "../exchange.ts";
import type { FaceServices } from "../services.ts";

export interface BlobCall {
  account: string;
  container: string;
  /** Of the blob; empty for the container itself. */
  name: string;
  caller: Caller;
}

/**
 * Lets a call in: with a token for Azure Storage of somebody who may do this with the container's blobs. Account keys and
 * shared access signatures let nobody in.
 * @throws BlobError
 */
export async function admittedBlobCall(
  request: FaceRequest,
  services: FaceServices,
  verb: BlobVerb,
): Promise<BlobCall> {
  const { account = "", container = "", "*": rest = "" } = request.params;
  const read = await readBearer(request, azureStorage.appId, services);
  if ("refused" in read) {
    throw new BlobError(
      401,
      read.refused.reason === "missing" ? "NoAuthenticationInformation" : "InvalidAuthenticationInfo",
      "Server failed to authenticate the request. Please refer to the information in the www-authenticate header.",
    );
  }
  const { caller } = read;
  requireBlobAccess(services.store.state, { account, container, principalId: caller.objectId }, verb);
  return { account, container, name: rest, caller };
}
