import {
  type Blob,
  BlobError,
  blobOf,
  blobsIn,
  deleteBlob,
  putBlob,
  requireBlobAccess,
} from "../../storage/blobs.ts";
import { emptyAnswer, type FaceAnswer, type FaceRequest, headerOf } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { Unsupported } from "../unsupported.ts";
import { admittedBlobCall } from "./blob-call.ts";
import { listXml } from "./list-xml.ts";

const CONTAINER = "/:account/:container";
const BLOB = "/:account/:container/*";

/** The names below a prefix, and up to the next delimiter. */
export const listBlobs: Operation = {
  name: "blob.list",
  method: "GET",
  path: CONTAINER,
  documentation: "https://learn.microsoft.com/rest/api/storageservices/list-blobs",
  handle: async (request, services) => {
    const { searchParams } = request.url;
    if (searchParams.get("comp") !== "list")
      throw new Unsupported("Storage: reading a container's properties");
    const { account, container } = await admittedBlobCall(request, services, "read");
    const blobs = Object.values(blobsIn(services.store.state, account, container));
    const asked = {
      prefix: searchParams.get("prefix") ?? "",
      delimiter: searchParams.get("delimiter") ?? "",
    };
    return {
      status: 200,
      headers: { "content-type": "application/xml" },
      body: listXml(blobs, { ...asked, container, endpoint: `${services.addresses.origin}/${account}/` }),
    };
  },
};

export const getBlob: Operation = {
  name: "blob.get",
  method: "GET",
  path: BLOB,
  documentation: "https://learn.microsoft.com/rest/api/storageservices/get-blob",
  handle: async (request, services) => {
    const { account, container, name } = await admittedBlobCall(request, services, "read");
    return blobAnswer(request, blobOf(services.store.state, account, container, name));
  },
};

export const getBlobProperties: Operation = {
  name: "blob.getProperties",
  method: "HEAD",
  path: BLOB,
  documentation: "https://learn.microsoft.com/rest/api/storageservices/get-blob-properties",
  handle: async (request, services) => {
    const { account, container, name } = await admittedBlobCall(request, services, "read");
    return blobAnswer(request, blobOf(services.store.state, account, container, name));
  },
};

/** Writes a blob in one piece, or copies one of the same account. */
export const putBlobOperation: Operation = {
  name: "blob.put",
  method: "PUT",
  path: BLOB,
  documentation: "https://learn.microsoft.com/rest/api/storageservices/put-blob",
  handle: async (request, services) => {
    const { account, container, name, caller } = await admittedBlobCall(request, services, "write");
    const { store, clock } = services;
    if (request.url.searchParams.has("comp")) throw new Unsupported("Storage: blobs in blocks");
    for (const condition of ["if-match", "if-none-match", "x-ms-lease-id"]) {
      if (headerOf(request, condition) !== undefined) throw new Unsupported(`Storage: ${condition}`);
    }
    const source = headerOf(request, "x-ms-copy-source");
    const content =
      source === undefined
        ? contentOf(request)
        : copied(source, (from) => {
            requireBlobAccess(store.state, { ...from, principalId: caller.objectId }, "read");
            return blobOf(store.state, from.account, from.container, from.name);
          });
    const written = await store.update((draft) =>
      putBlob(draft, { account, container }, { ...content, name }, clock.nowMs()),
    );
    const headers = { etag: written.etag, "last-modified": httpDate(written.lastModified) };
    return source === undefined
      ? emptyAnswer(201, headers)
      : emptyAnswer(202, { ...headers, "x-ms-copy-id": request.id, "x-ms-copy-status": "success" });
  },
};

export const deleteBlobOperation: Operation = {
  name: "blob.delete",
  method: "DELETE",
  path: BLOB,
  documentation: "https://learn.microsoft.com/rest/api/storageservices/delete-blob",
  handle: async (request, services) => {
    const { account, container, name } = await admittedBlobCall(request, services, "delete");
    await services.store.update((draft) => deleteBlob(draft, account, container, name));
    return emptyAnswer(202);
  },
};

function contentOf(request: FaceRequest): Pick<Blob, "content" | "contentType" | "metadata"> {
  const type = headerOf(request, "x-ms-blob-type");
  if (type !== "BlockBlob") throw new Unsupported(`Storage: blobs of type ${type}`);
  const metadata = Object.entries(request.headers).flatMap(([name, value]) =>
    name.startsWith("x-ms-meta-") ? [[name.slice("x-ms-meta-".length), String(value)]] : [],
  );
  return {
    content: request.body.toString("base64"),
    contentType: headerOf(request, "x-ms-blob-content-type") ?? "application/octet-stream",
    metadata: Object.fromEntries(metadata),
  };
}

interface BlobPlace {
  account: string;
  container: string;
  name: string;
}

function copied(
  source: string,
  read: (from: BlobPlace) => Blob,
): Pick<Blob, "content" | "contentType" | "metadata"> {
  const path = URL.canParse(source) ? decodeURIComponent(new URL(source).pathname) : "";
  const [, account, container, name] = /^\/([^/]+)\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (account === undefined || container === undefined || name === undefined) {
    throw new BlobError(400, "InvalidHeaderValue", "The value for x-ms-copy-source is not a blob's address.");
  }
  const { content, contentType, metadata } = read({ account, container, name });
  return { content, contentType, metadata };
}

function blobAnswer(request: FaceRequest, blob: Blob): FaceAnswer {
  const whole = Buffer.from(blob.content, "base64");
  const headers = {
    "content-type": blob.contentType,
    etag: blob.etag,
    "last-modified": httpDate(blob.lastModified),
    "x-ms-blob-type": "BlockBlob",
    "x-ms-creation-time": httpDate(blob.created),
    "accept-ranges": "bytes",
    ...Object.fromEntries(Object.entries(blob.metadata).map(([name, value]) => [`x-ms-meta-${name}`, value])),
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(
    headerOf(request, "x-ms-range") ?? headerOf(request, "range") ?? "",
  );
  if (range === null) return { status: 200, headers, body: whole };
  const from = Number(range[1]);
  if (from >= whole.length) {
    throw new BlobError(
      416,
      "InvalidRange",
      "The range specified is invalid for the current size of the resource.",
    );
  }
  const to = Math.min(range[2] === "" ? whole.length - 1 : Number(range[2]), whole.length - 1);
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${from}-${to}/${whole.length}` },
    body: whole.subarray(from, to + 1),
  };
}

function httpDate(iso: string): string {
  return new Date(iso).toUTCString();
}
