import type { IncomingMessage } from "node:http";

/** Microsoft Graph takes 4 MB at most; nothing else here takes more. */
export const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** The request's body, or undefined when it is longer than allowed; then the rest is left unread. */
export async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
