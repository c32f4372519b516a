import type { IncomingHttpHeaders } from "node:http";

/** A request as an operation sees it. */
export interface FaceRequest {
  /** Names this request in answers and logs; a UUID. */
  id: string;
  method: string;
  /** With the host that was asked for. */
  url: URL;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The parts of the path that the operation's template names, decoded. */
  params: Record<string, string>;
  /** Aborts when the caller has gone away. */
  signal: AbortSignal;
}

/** What goes back. `Date` and the service's own headers are added on the way out. */
export interface FaceAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /**
   * How the connection breaks, if it does: at once (`reset`), or after half of the body has been sent
   * (`half`).
   */
  breakOff?: "reset" | "half";
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): FaceAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

export function emptyAnswer(status: number, headers: Record<string, string> = {}): FaceAnswer {
  return { status, headers };
}

/** The first value of a header, however often it was sent. */
export function headerOf({ headers }: Pick<FaceRequest, "headers">, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return Array.isArray(value) ? value[0] : value;
}
