import { createHash } from "node:crypto";
import type { Draft } from "immer";
import { isAllowed } from "../arm/rbac.ts";
import type { ArmResource } from "../arm/state.ts";
import { isoSeconds } from "../iso-time.ts";
import type { State } from "../state.ts";

/** A block blob. It lives with its container's resource, where nothing that is returned shows it. */
export interface Blob {
  name: string;
  /** Base64. */
  content: string;
  contentType: string;
  etag: string;
  /** ISO 8601, seconds, `Z`. */
  created: string;
  lastModified: string;
  metadata: Record<string, string>;
}

/** A refusal of the blob service (https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes). */
export class BlobError extends Error {
  override readonly name = "BlobError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export type BlobVerb = "read" | "write" | "delete";

const ACTIONS: Record<BlobVerb, string> = {
  read: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
  write: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
  delete: "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
};

/** @throws BlobError when there is no such container, or the caller may not do this with its blobs. */
export function requireBlobAccess(
  state: State,
  { account, container, principalId }: { account: string; container: string; principalId: string },
  verb: BlobVerb,
): void {
  const { id } = containerOf(state, account, container);
  if (isAllowed(state, { principalId, scope: id, dataAction: ACTIONS[verb] })) return;
  throw new BlobError(
    403,
    "AuthorizationPermissionMismatch",
    "This request is not authorized to perform this operation using this permission.",
  );
}

/** @throws BlobError when there is no such container. */
export function blobsIn(state: State, account: string, container: string): Record<string, Blob> {
  return (containerOf(state, account, container).hidden.blobs ?? {}) as Record<string, Blob>;
}

/** @throws BlobError when there is no such blob. */
export function blobOf(state: State, account: string, container: string, name: string): Blob {
  const blob = blobsIn(state, account, container)[name];
  if (blob === undefined) throw new BlobError(404, "BlobNotFound", "The specified blob does not exist.");
  return blob;
}

/** Creates or replaces a blob. */
export function putBlob(
  draft: Draft<State>,
  { account, container }: { account: string; container: string },
  blob: Pick<Blob, "name" | "content" | "contentType" | "metadata">,
  nowMs: number,
): Blob {
  const resource = containerOf(draft, account, container) as Draft<ArmResource>;
  const etag = `"0x${createHash("sha256").update(`${nowMs} ${blob.content}`).digest("hex").slice(0, 16).toUpperCase()}"`;
  const before = resource.hidden.blobs as Record<string, Blob> | undefined;
  const now = isoSeconds(nowMs);
  const written: Blob = { ...blob, etag, created: before?.[blob.name]?.created ?? now, lastModified: now };
  resource.hidden.blobs = { ...before, [blob.name]: written };
  return written;
}

/** @throws BlobError when there is no such blob. */
export function deleteBlob(draft: Draft<State>, account: string, container: string, name: string): void {
  blobOf(draft, account, container, name);
  const resource = containerOf(draft, account, container) as Draft<ArmResource>;
  const { [name]: _, ...others } = resource.hidden.blobs as Record<string, Blob>;
  resource.hidden.blobs = others;
}

function containerOf(state: State, account: string, container: string): ArmResource {
  const end = `/storageaccounts/${account}/blobservices/default/containers/${container}`.toLowerCase();
  const found = Object.entries(state.arm.resources).find(([key]) => key.endsWith(end));
  if (found === undefined) {
    throw new BlobError(404, "ContainerNotFound", "The specified container does not exist.");
  }
  return found[1];
}
