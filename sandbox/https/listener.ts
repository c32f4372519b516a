import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../clock.ts";
import type { Randomness } from "../randomness.ts";
import type { FaceDispatcher } from "./dispatcher.ts";
import type { FaceAnswer } from "./exchange.ts";
import type { Addresses } from "./services.ts";

/** Carries requests from the wire to the dispatcher, and its answers back. */
export function answerOverHttp({
  dispatcher,
  clock,
  randomness,
  addresses,
}: {
  dispatcher: FaceDispatcher;
  clock: Clock;
  randomness: Randomness;
  addresses: Addresses;
}): (message: IncomingMessage, response: ServerResponse) => void {
  return (message, response) => {
    const away = new AbortController();
    response.on("close", () => away.abort());
    message.on("error", () => {}); // the caller went away while sending: `close` follows
    const exchange = dispatcher.begin({
      id: randomness.uuid(),
      method: message.method ?? "GET",
      url: urlOf(message, addresses),
      headers: message.headers,
      signal: away.signal,
    });
    exchange.answer(message).then(
      (answer) => {
        send(response, answer, clock.nowMs());
        response.once("close", () => exchange.ended(answer, response.writableFinished));
      },
      () => {
        response.destroy();
        exchange.ended({ status: 0 }, false);
      },
    );
  };
}

function urlOf(message: IncomingMessage, { origin }: Addresses): URL | undefined {
  const { host } = message.headers;
  const base = host === undefined ? origin : `https://${host}`;
  return URL.canParse(message.url ?? "/", base) ? new URL(message.url ?? "/", base) : undefined;
}

function send(response: ServerResponse, answer: FaceAnswer, nowMs: number): void {
  if (answer.breakOff === "reset") {
    // A TLS socket cannot send a reset of its own; to clients an end before any answer is the same.
    response.socket?.destroy();
    return;
  }
  const body = Buffer.from(answer.body ?? "");
  response.sendDate = false;
  response.setHeader("Date", new Date(nowMs).toUTCString());
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.setHeader("Content-Length", body.length);
  response.writeHead(answer.status);
  if (answer.breakOff === "half") {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
    return;
  }
  response.end(body);
}
