import { gunzipSync } from "node:zlib";

/** The body of an answer as it came. Plain data, which can be handed to another thread. */
export interface PackedBody {
  bytes: Uint8Array<ArrayBuffer>;
  isGzip: boolean;
}

/**
 * In bytes: the least and the most that is unpacked in one piece. A page of a directory has a megabyte, and in the
 * 16 KiB that zlib takes by itself, putting the pieces together takes as long as unpacking them.
 */
const [LEAST_PIECE, MOST_PIECE] = [64 * 1024, 8 * 1024 * 1024];

/** As `Buffer` decodes, and faster. */
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Unpacks `body` in this thread. Undefined: it is cut off, or was changed on its way. */
export function unpackedText(body: PackedBody): string | undefined {
  const { bytes, isGzip } = body;
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isGzip || packed.length === 0) return packed.toString("utf8");
  try {
    // One byte more than there is, so that the end is seen in one go.
    const chunkSize = Math.min(MOST_PIECE, Math.max(LEAST_PIECE, unpackedSize(body) + 1));
    const bytes = gunzipSync(packed, { chunkSize });
    const text = DECODER.decode(bytes);
    // A megabyte each time: given back at once, and not when somebody collects garbage.
    if (bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
    return text;
  } catch {
    return undefined;
  }
}

/**
 * How many bytes there are once they are unpacked, by what a packed answer says at its end (RFC 1952, ISIZE). No more
 * than a hint: what was changed on its way says anything.
 */
export function unpackedSize({ bytes, isGzip }: PackedBody): number {
  if (!isGzip || bytes.length < 4) return bytes.length;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
}
