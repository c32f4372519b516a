import { createHash } from "node:crypto";

/** The namespace of our names: a random UUID, chosen once. */
const NAMESPACE = "6f1f8f43-5f0c-4f0b-9d2e-0f6a2f0c7b35";

/**
 * A role assignment's name, which must be a UUID: derived from what it is for (RFC 9562, version 5), so that an
 * update that died after Azure made the assignment finds it again instead of making another.
 */
export function roleAssignmentName(...parts: string[]): string {
  const bytes = createHash("sha1")
    .update(Buffer.from(NAMESPACE.replaceAll("-", ""), "hex"))
    .update(parts.join("\n"))
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
