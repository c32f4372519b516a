import { z } from "zod";
import { badRequest } from "../../entra/errors.ts";
import { type FaceAnswer, jsonAnswer } from "../exchange.ts";
import type { Operation } from "../operation.ts";
import { type GraphCall, graphOperation } from "./graph-operation.ts";
import { readBody } from "./request-body.ts";

/** https://learn.microsoft.com/graph/json-batching#batch-size-limitations */
const REQUESTS_MAX = 20;

const batchBody = z.object({
  requests: z
    .array(
      z.object({
        id: z.string(),
        method: z.string(),
        url: z.string(),
        headers: z.record(z.string(), z.string()).optional(),
        body: z.unknown().optional(),
        dependsOn: z.array(z.string()).optional(),
      }),
    )
    .min(1)
    .max(REQUESTS_MAX),
});

type BatchRequest = z.infer<typeof batchBody>["requests"][number];

interface BatchResponse {
  id: string;
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** Several requests in one. Those that name no other run at the same time. */
const batch = graphOperation(
  { name: "batch", method: "POST", path: "/$batch", documentation: "../json-batching" },
  async (call) => {
    const { requests } = readBody(batchBody, call.body());
    requireOrder(requests);
    const running = new Map<string, Promise<BatchResponse>>();
    for (const request of requests) running.set(request.id, runOne(call, request, running));
    return jsonAnswer(200, { responses: await Promise.all(running.values()) });
  },
);

/** Each id once, and a request only after those that it depends on. */
function requireOrder(requests: readonly BatchRequest[]): void {
  const seen = new Set<string>();
  for (const { id, dependsOn = [] } of requests) {
    if (seen.has(id)) throw badRequest(`Request Id ${id} has to be unique in a batch.`);
    const unknown = dependsOn.find((other) => !seen.has(other));
    if (unknown !== undefined) {
      throw badRequest(`Request ${id} depends on ${unknown}, which does not come before it.`);
    }
    seen.add(id);
  }
}

async function runOne(
  call: GraphCall,
  request: BatchRequest,
  running: ReadonlyMap<string, Promise<BatchResponse>>,
): Promise<BatchResponse> {
  const { id, dependsOn = [] } = request;
  const before = await Promise.all(dependsOn.map((other) => running.get(other)));
  if (before.some((response) => response === undefined || response.status >= 400)) {
    const error = { code: "FailedDependency", message: "A request that this one depends on has failed." };
    return { id, status: 424, headers: {}, body: { error } };
  }
  return batchResponse(id, await serveOne(call, request));
}

function serveOne({ request, services, beta }: GraphCall, part: BatchRequest): Promise<FaceAnswer> {
  const { method, url, body } = part;
  const headers = Object.fromEntries(
    Object.entries(part.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const path = url.startsWith("/") ? url : `/${url}`;
  return services.serve({
    id: services.randomness.uuid(),
    method: method.toUpperCase(),
    url: new URL(`${services.addresses.origin}/${beta ? "beta" : "v1.0"}${path}`),
    headers: { ...headers, authorization: headers.authorization ?? request.headers.authorization },
    body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    signal: request.signal,
  });
}

function batchResponse(id: string, { status, headers = {}, body }: FaceAnswer): BatchResponse {
  if (body === undefined || body.length === 0) return { id, status, headers };
  const text = Buffer.from(body).toString("utf8");
  const isJson = headers["content-type"]?.includes("json") ?? false;
  return { id, status, headers, body: isJson ? (JSON.parse(text) as unknown) : text };
}

export const batchOperations: readonly Operation[] = [batch];
