import { promisify } from "node:util";
import { gunzip, type InputType, type ZlibOptions } from "node:zlib";
import { type PipelinePolicy, type PipelineResponse, RestError } from "@azure/core-rest-pipeline";

/**
 * In bytes. A full page of applications has some 700 KB: in the 16 KiB that zlib takes by itself, putting the pieces
 * together costs more than unpacking them.
 */
const CHUNK_SIZE = 256 * 1024;

/** Unpacks beside this thread. */
const unpack: (bytes: InputType, options: ZlibOptions) => Promise<Buffer> = promisify(gunzip);

/**
 * Asks for compressed answers, and unpacks each one in one go when it is there. The library's own way unpacks in small
 * pieces as they arrive, which costs a big scan a good part of its time. It leaves alone what it did not ask for itself, so
 * the header is set behind its back. To be the innermost policy.
 * @throws RestError (PARSE_ERROR) for an answer that is cut off or cannot be unpacked.
 */
export function wholeBodyPolicy(): PipelinePolicy {
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
        response.bodyAsText = await textOf(response);
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

async function textOf({ readableStreamBody, headers }: PipelineResponse): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const isPacked = bytes.length > 0 && headers.get("content-encoding")?.toLowerCase() === "gzip";
  return (isPacked ? await unpack(bytes, { chunkSize: CHUNK_SIZE }) : bytes).toString("utf8");
}
