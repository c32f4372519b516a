import type { Blob } from "../../storage/blobs.ts";

/** The answer to "list blobs": those below the prefix, and what stands for those beyond the next delimiter. */
export function listXml(
  blobs: readonly Blob[],
  {
    prefix,
    delimiter,
    container,
    endpoint,
  }: { prefix: string; delimiter: string; container: string; endpoint: string },
): string {
  const below = blobs.filter(({ name }) => name.startsWith(prefix));
  const entries = new Map<string, string>();
  for (const blob of below) {
    const end = delimiter === "" ? -1 : blob.name.indexOf(delimiter, prefix.length);
    const folder = end < 0 ? undefined : blob.name.slice(0, end + delimiter.length);
    entries.set(
      folder ?? blob.name,
      folder === undefined ? blobXml(blob) : `<BlobPrefix><Name>${escaped(folder)}</Name></BlobPrefix>`,
    );
  }
  const sorted = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, xml]) => xml);
  return (
    `<?xml version="1.0" encoding="utf-8"?>` +
    `<EnumerationResults ServiceEndpoint="${escaped(endpoint)}" ContainerName="${escaped(container)}">` +
    `<Prefix>${escaped(prefix)}</Prefix><Delimiter>${escaped(delimiter)}</Delimiter>` +
    `<Blobs>${sorted.join("")}</Blobs><NextMarker /></EnumerationResults>`
  );
}

function blobXml({ name, content, contentType, etag, created, lastModified }: Blob): string {
  return (
    `<Blob><Name>${escaped(name)}</Name><Properties>` +
    `<Creation-Time>${new Date(created).toUTCString()}</Creation-Time>` +
    `<Last-Modified>${new Date(lastModified).toUTCString()}</Last-Modified><Etag>${escaped(etag)}</Etag>` +
    `<Content-Length>${Buffer.from(content, "base64").length}</Content-Length>` +
    `<Content-Type>${escaped(contentType)}</Content-Type><BlobType>BlockBlob</BlobType>` +
    "</Properties></Blob>"
  );
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
