import type { FaceAnswer, FaceRequest } from "./exchange.ts";
import type { FaceServices } from "./services.ts";

/** The services that the face speaks for. */
export type ServiceName = "metadata" | "login" | "graph" | "keyVault" | "arm" | "ingestion" | "blob";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One API operation of one service. */
export interface Operation {
  /** What faults, logs and the table of what is emulated call it, e.g. `graph.application.addPassword`. */
  name: `${ServiceName}.${string}`;
  method: Method;
  /** The path, with `:name` for a part that varies. */
  path: string;
  /** Where the real service's documentation describes it. */
  documentation: string;
  /**
   * The object that it writes to, if two writes at once to the same object must not both succeed.
   */
  writesTo?(params: Record<string, string>): string;
  handle(request: FaceRequest, services: FaceServices): Promise<FaceAnswer> | FaceAnswer;
}

/** How a service answers when no operation does. */
export interface Service {
  name: ServiceName;
  operations: readonly Operation[];
  /** Headers that the service puts on everything it says. */
  headers(request: Pick<FaceRequest, "id" | "headers">): Record<string, string>;
  /** The service's own shape of an error; undefined if `error` is not one of its refusals. */
  refusal(error: unknown, request: FaceRequest, services: FaceServices): FaceAnswer | undefined;
  /** An error that the face itself has to report in the service's shape. */
  failure(
    failure: { status: number; code: string; message: string },
    request: FaceRequest,
    services: FaceServices,
  ): FaceAnswer;
  /** What the service itself says when it answers with such a status: for faults that say no more. */
  typicalFailure(status: number, request: FaceRequest, services: FaceServices): FaceAnswer;
  /** The answer to a write while another one to the same object is under way; undefined: both may go on. */
  conflict?(request: FaceRequest, services: FaceServices): FaceAnswer;
}
