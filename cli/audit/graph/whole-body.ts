import { createGunzip } from "node:zlib";
import { type PipelinePolicy, type PipelineResponse, RestError } from "@azure/core-rest-pipeline";

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
    async sendRequest(request, next) {
      request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
      request.requestOverrides = {
        ...request.requestOverrides,
        headers: { ...request.headers.toJSON({ preserveCase: true }), "Accept-Encoding": "gzip" },
      };
      const response = await next(request);
      try {
        response.bodyAsText = await bodies.text(response);
      } catch (error) {
        if (!(error instanceof Error) || error.name === "AbortError") throw error;
        const message = `the answer cannot be read: ${error.message}`;
        throw new RestError(message, { code: RestError.PARSE_ERROR, request });
      }
      delete response.readableStreamBody;
      return response;
    },
  };
}

/** Makes texts of bodies. The place where the pieces of one come together is used again for the next. */
class BodyReader {
  #place = Buffer.alloc(0);

  async text({ readableStreamBody, headers }: PipelineResponse): Promise<string> {
    const packed = await piecesOf(readableStreamBody ?? []);
    const isPacked = packed.length > 0 && headers.get("content-encoding")?.toLowerCase() === "gzip";
    return this.#together(isPacked ? await unpack(packed) : packed);
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
