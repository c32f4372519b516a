import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { BackwardsError } from "../timeline/timeline.ts";
import { controlHandlers } from "./control-operations.ts";
import { type ControlOperation, controlOperations } from "./control-protocol.ts";
import type { Sandbox } from "./sandbox.ts";

/** Where a running sandbox takes orders. */
export interface ControlServer {
  port: number;
  close(): Promise<void>;
}

export interface ControlServerArgs {
  sandbox: Sandbox;
  /** Whoever knows it may give orders. */
  token: string;
  /** Called once the answer to `stop` has been sent. */
  onStop: () => void;
}

/** Takes orders on 127.0.0.1, from whoever knows the token: `POST /OPERATION`, JSON in and out. */
export async function serveControl({ sandbox, token, onStop }: ControlServerArgs): Promise<ControlServer> {
  const server = createServer((request, response) => {
    answer(sandbox, token, request).then(
      ({ status, body, stop }) => {
        if (stop) response.once("close", onStop);
        send(response, status, body);
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        send(response, 500, { ok: false, kind: "failed", message });
      },
    );
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(0, "127.0.0.1", done);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const content = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(content),
    connection: "close",
  });
  response.end(content);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeIdleConnections();
  });
}

async function answer(
  sandbox: Sandbox,
  token: string,
  request: IncomingMessage,
): Promise<{ status: number; body: unknown; stop?: boolean }> {
  if (!isToken(request.headers.authorization ?? "", token)) {
    return { status: 401, body: { ok: false, kind: "refused", message: "The token is not this sandbox's." } };
  }
  const name = (request.url ?? "").slice(1);
  if (request.method !== "POST" || !isOperation(name)) {
    return { status: 404, body: { ok: false, kind: "refused", message: `There is no operation ${name}.` } };
  }
  const form = controlOperations[name].safeParse(JSON.parse((await text(request)) || "{}"));
  if (!form.success) {
    return { status: 400, body: { ok: false, kind: "refused", message: z.prettifyError(form.error) } };
  }
  try {
    return {
      status: 200,
      body: { ok: true, result: await run(name, sandbox, form.data) },
      stop: name === "stop",
    };
  } catch (error) {
    if (!(error instanceof BackwardsError)) throw error;
    return { status: 409, body: { ok: false, kind: "refused", message: error.message } };
  }
}

/** The arguments have the form of the operation: `controlOperations` has seen to that. */
function run(name: ControlOperation, sandbox: Sandbox, args: unknown): Promise<unknown> {
  const handler = controlHandlers[name] as (sandbox: Sandbox, args: unknown) => Promise<unknown>;
  return handler(sandbox, args);
}

function isOperation(name: string): name is ControlOperation {
  return Object.hasOwn(controlOperations, name);
}

function isToken(authorization: string, token: string): boolean {
  const [given, wanted] = [Buffer.from(authorization), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
