import { createGunzip } from "node:zlib";
import {
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
  type SendRequest,
} from "@azure/core-rest-pipeline";
import type { PackedBody } from "./packed-body.ts";

/**
 * In bytes. A full page of applications has about a megabyte: in the 16 KiB that zlib takes by itself, putting the pieces
 * together costs more than unpacking them.
 */
const CHUNK_SIZE = 64 * 1024;
/** In bytes. A page as large as this is rare, and its place is not kept for the next one. */
const MOST_KEPT = 8 * 1024 * 1024;

/**
 * Asks for compressed answers, and unpacks each one when all of it is there. The library's own way unpacks in small
 * pieces as they arrive, which costs a big scan a good part of its time. It leaves alone what it did not ask for
 * itself, so the header is set behind its back. To be the innermost policy.
 * @throws RestError (PARSE_ERROR) for an answer that is cut off or cannot be unpacked.
 */
export function wholeBodyPolicy(): PipelinePolicy {
  const bodies = new BodyReader();
  return {
    name: "wholeBodyPolicy",
    sendRequest: (request, next) =>
      sendForStream(request, next, async (response) => {
        response.bodyAsText = await bodies.text(response);
      }),
  };
}

/** An answer whose body is left as it came. */
export interface PackedResponse extends PipelineResponse {
  packed?: PackedBody;
}

/**
 * As `wholeBodyPolicy`, but the body of a success is left packed, for another thread to unpack.
 * @throws RestError (PARSE_ERROR) for an answer that is cut off.
 */
export function packedBodyPolicy(): PipelinePolicy {
  const bodies = new BodyReader();
  return {
    name: "packedBodyPolicy",
    sendRequest: (request, next) =>
      sendForStream(request, next, async (response: PackedResponse) => {
        if (response.status < 200 || response.status > 299) response.bodyAsText = await bodies.text(response);
        else response.packed = await packedBodyOf(response);
      }),
  };
}

async function sendForStream(
  request: PipelineRequest,
  next: SendRequest,
  take: (response: PipelineResponse) => Promise<void>,
): Promise<PipelineResponse> {
  request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
  request.requestOverrides = {
    ...request.requestOverrides,
    headers: { ...request.headers.toJSON({ preserveCase: true }), "Accept-Encoding": "gzip" },
  };
  const response = await next(request);
  try {
    await take(response);
  } catch (error) {
    if (!(error instanceof Error) || error.name === "AbortError") throw error;
    const message = `the answer cannot be read: ${error.message}`;
    throw new RestError(message, { code: RestError.PARSE_ERROR, request });
  }
  delete response.readableStreamBody;
  return response;
}

async function packedBodyOf(response: PipelineResponse): Promise<PackedBody> {
  const pieces = await piecesOf(response.readableStreamBody ?? []);
  // In memory of its own, which can be given away: small buffers share theirs.
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return { bytes, isGzip: isGzip(response) };
}

function isGzip({ headers }: PipelineResponse): boolean {
  return headers.get("content-encoding")?.toLowerCase() === "gzip";
}

/** Makes texts of bodies. The place where the pieces of one come together is used again for the next. */
class BodyReader {
  #place = Buffer.alloc(0);

  async text(response: PipelineResponse): Promise<string> {
    const packed = await piecesOf(response.readableStreamBody ?? []);
    return this.#together(packed.length > 0 && isGzip(response) ? await unpack(packed) : packed);
  }

  #together(pieces: readonly Buffer[]): string {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > MOST_KEPT) return Buffer.concat(pieces).toString("utf8");
    if (length > this.#place.length) this.#place = Buffer.allocUnsafeSlow(Math.min(2 * length, MOST_KEPT));
    let end = 0;
    for (const piece of pieces) end += piece.copy(this.#place, end);
    return this.#place.toString("utf8", 0, end);
  }
}

async function piecesOf(stream: AsyncIterable<Uint8Array | string> | Iterable<never>): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.isBuffer(piece) ? piece : Buffer.from(piece));
  return pieces;
}

/** Beside this thread. */
function unpack(packed: readonly Buffer[]): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const gunzip = createGunzip({ chunkSize: CHUNK_SIZE });
    gunzip.on("data", (piece: Buffer) => pieces.push(piece));
    gunzip.on("end", () => resolve(pieces));
    gunzip.on("error", reject);
    gunzip.end(Buffer.concat(packed));
  });
}
