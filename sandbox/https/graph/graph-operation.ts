import type { CreationContext } from "../../entra/context.ts";
import { accessDenied, badRequest, DirectoryError } from "../../entra/errors.ts";
import { isPermitted, type Right, type RightTarget } from "../../entra/rights.ts";
import type { EntraState } from "../../entra/state.ts";
import { microsoftGraph } from "../../entra/well-known/microsoft-graph.ts";
import { type Caller, type RefusedToken, readBearer } from "../bearer.ts";
import { type FaceAnswer, type FaceRequest, headerOf } from "../exchange.ts";
import type { Method, Operation } from "../operation.ts";
import type { FaceServices } from "../services.ts";

/** A call to Microsoft Graph by somebody who is known. */
export interface GraphCall {
  request: FaceRequest;
  services: FaceServices;
  caller: Caller;
  /** The directory as it is now. */
  entra: EntraState;
  params: Record<string, string>;
  beta: boolean;
  nowMs: number;
  /** What operations that create something need. */
  context: CreationContext;
  /** The request's body, which must be a JSON object. */
  body(): Record<string, unknown>;
  /** Changes the directory. */
  change<T>(change: (entra: EntraState, context: CreationContext) => T): Promise<T>;
  /** @throws DirectoryError 403 when the caller may not do this to `target` */
  require(right: Right, target?: RightTarget): void;
  /** Whether the caller may do this to `target`. */
  may(right: Right, target?: RightTarget): boolean;
}

export interface GraphOperationArgs {
  /** After `graph.` */
  name: string;
  method: Method;
  /** After the version. */
  path: string;
  /** Below `https://learn.microsoft.com/graph/api/`. */
  documentation: string;
  /** Checked before `handle`; left out where it depends on the object. */
  right?: Right;
  writesTo?: Operation["writesTo"];
}

/** An operation of Microsoft Graph, of both versions of the API. */
export function graphOperation(
  { name, method, path, documentation, right, writesTo }: GraphOperationArgs,
  handle: (call: GraphCall) => FaceAnswer | Promise<FaceAnswer>,
): Operation {
  return {
    name: `graph.${name}`,
    method,
    path: `/:version${path}`,
    documentation: `https://learn.microsoft.com/graph/api/${documentation}`,
    ...(writesTo === undefined ? {} : { writesTo }),
    handle: async (request, services) => {
      const read = await readBearer(request, microsoftGraph.appId, services);
      if ("refused" in read) throw new GraphTokenError(read.refused);
      const call = graphCall(request, services, read.caller);
      if (right !== undefined) call.require(right);
      return handle(call);
    },
  };
}

function graphCall(request: FaceRequest, services: FaceServices, caller: Caller): GraphCall {
  const { store, clock, randomness } = services;
  const context = { nowMs: clock.nowMs(), randomness };
  const may: GraphCall["may"] = (right, target) => isPermitted(store.state.entra, right, caller, target);
  return {
    request,
    services,
    caller,
    entra: store.state.entra,
    params: request.params,
    beta: request.params.version?.toLowerCase() === "beta",
    nowMs: context.nowMs,
    context,
    body: () => jsonObjectIn(request),
    change: (change) => store.update((draft) => change(draft.entra, context)),
    require: (right, target) => {
      if (!may(right, target)) throw accessDenied();
    },
    may,
  };
}

function jsonObjectIn({ body }: FaceRequest): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body.toString("utf8"));
  } catch {
    throw new DirectoryError(
      400,
      "BadRequest",
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw badRequest("The request body must be a JSON object.");
  }
  return parsed as Record<string, unknown>;
}

/** Whether the request says `ConsistencyLevel: eventual`. */
export function isEventual(request: FaceRequest): boolean {
  return headerOf(request, "consistencylevel")?.toLowerCase() === "eventual";
}

/** A token that Graph does not take. */
export class GraphTokenError extends DirectoryError {
  readonly refused: RefusedToken;

  constructor(refused: RefusedToken) {
    super(401, "InvalidAuthenticationToken", MESSAGES[refused.reason]);
    this.refused = refused;
  }
}

const MESSAGES: Record<RefusedToken["reason"], string> = {
  missing: "Access token is empty.",
  malformed: "IDX14100: JWT is not well formed, there are no dots (.).",
  signature: "Signature is invalid.",
  expired: "Lifetime validation failed, the token is expired.",
  notYetValid: "Lifetime validation failed, the token is not yet valid.",
  audience: "Access token validation failure. Invalid audience.",
};
