import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { RestClient } from "../../../cli/forge/rest-client.ts";

export interface ApiRequest {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface ApiAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** JSON, or text as it is. */
  body?: unknown;
}

/** Never answers, or breaks the connection off after the request was carried out. */
export const SILENCE = Symbol("silence");
export const CUT = Symbol("cut");

export interface ApiServer {
  origin: string;
  /** What was asked, in order. */
  requests: ApiRequest[];
}

/** A forge's API of the test's own. */
export async function startApi(
  t: Pick<TestContext, "after">,
  answer: (request: ApiRequest) => ApiAnswer | typeof SILENCE | typeof CUT,
): Promise<ApiServer> {
  const requests: ApiRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const body = await text(incoming);
    const request: ApiRequest = {
      method: incoming.method ?? "",
      path: incoming.url ?? "",
      headers: incoming.headers,
      body: body === "" ? undefined : JSON.parse(body),
    };
    requests.push(request);
    const answered = answer(request);
    if (answered === SILENCE) return;
    if (answered === CUT) return void response.destroy();
    const { status = 200, headers = {}, body: said } = answered;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(said === undefined ? undefined : typeof said === "string" ? said : JSON.stringify(said));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** A client that waits milliseconds where a real one waits seconds. */
export function quickClient(
  baseUrl: string,
  over: Partial<ConstructorParameters<typeof RestClient>[0]> = {},
): RestClient {
  return new RestClient({
    baseUrl,
    service: "GitHub",
    headers: { authorization: "Bearer forge-token" },
    random: () => 0,
    nowMs: () => NOW_MS,
    attemptTimeoutMs: 500,
    retryTiming: { baseDelayMs: 1, maxDelayMs: 2, maxServerDelayMs: 5_000 },
    ...over,
  });
}

export const NOW_MS = Date.parse("2026-05-01T00:00:00Z");
