import {
  type PipelinePolicy,
  type PipelineRequest,
  type PipelineResponse,
  RestError,
  type SendRequest,
} from "@azure/core-rest-pipeline";
import { type PackedBody, unpackedText } from "./packed-body.ts";

/**
 * Asks for compressed answers, and unpacks each one when all of it is there. The library's own way unpacks in small
 * pieces as they arrive, which costs a big scan a good part of its time. It leaves alone what it did not ask for
 * itself, so the header is set behind its back. To be the innermost policy.
 * @throws RestError (PARSE_ERROR) for an answer that is cut off or cannot be unpacked.
 */
export function wholeBodyPolicy(): PipelinePolicy {
  return {
    name: "wholeBodyPolicy",
    sendRequest: (request, next) =>
      sendForStream(request, next, async (response) => {
        response.bodyAsText = textOf(await packedBodyOf(response));
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
  return {
    name: "packedBodyPolicy",
    sendRequest: (request, next) =>
      sendForStream(request, next, async (response: PackedResponse) => {
        const body = await packedBodyOf(response);
        if (response.status < 200 || response.status > 299) response.bodyAsText = textOf(body);
        else response.packed = body;
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

function textOf(body: PackedBody): string {
  const text = unpackedText(body);
  if (text === undefined) throw new Error("it cannot be unpacked");
  return text;
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
  return { bytes, isGzip: response.headers.get("content-encoding")?.toLowerCase() === "gzip" };
}

async function piecesOf(stream: AsyncIterable<Uint8Array | string> | Iterable<never>): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.isBuffer(piece) ? piece : Buffer.from(piece));
  return pieces;
}
