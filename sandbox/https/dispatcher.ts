import type { IncomingMessage } from "node:http";
import type { FaceAnswer, FaceRequest } from "./exchange.ts";
import type { FaceCall, FaceObserver } from "./observer.ts";
import type { Service } from "./operation.ts";
import { BODY_BYTES_MAX, readBody } from "./request-body.ts";
import { createOperationRouter, type Found } from "./router.ts";
import { allServices, serviceFor } from "./service-list.ts";
import type { FaceServices } from "./services.ts";
import { Unsupported } from "./unsupported.ts";
import { WritesInFlight } from "./writes-in-flight.ts";

/** What is known of a request before its body has arrived. */
export type RequestHead = Omit<FaceRequest, "body" | "params" | "url"> & {
  /** Undefined: what was sent is no URL. */
  url: URL | undefined;
};

/** A request on its way to an answer. */
export interface Exchange {
  answer(body: IncomingMessage): Promise<FaceAnswer>;
  /** To be called once the answer is with the caller, or never will be. */
  ended(answer: FaceAnswer, complete: boolean): void;
}

/** Finds who answers a request and has it answered. */
export class FaceDispatcher {
  readonly #services: FaceServices;
  readonly #observer: FaceObserver;
  readonly #writes = new WritesInFlight();
  readonly #routers = new Map(
    allServices.map((service) => [service, createOperationRouter(service.operations)]),
  );

  constructor(services: FaceServices, observer: FaceObserver) {
    this.#services = services;
    this.#observer = observer;
  }

  /** Serves a request that is complete already. */
  async serve(request: Omit<FaceRequest, "params">): Promise<FaceAnswer> {
    const exchange = this.#begin(request, request.url);
    const answer = await exchange.answerTo(request.body);
    exchange.ended(answer, true);
    return answer;
  }

  /** Takes a request whose body is still to come. */
  begin({ url, ...head }: RequestHead): Exchange {
    if (url === undefined) {
      return { answer: async () => ({ status: 400 }), ended: () => {} };
    }
    const { answerTo, tooLong, ended } = this.#begin({ ...head, url }, url);
    return {
      answer: async (message) => {
        const body = await readBody(message);
        return body === undefined ? tooLong() : answerTo(body);
      },
      ended,
    };
  }

  #begin(head: Omit<FaceRequest, "body" | "params">, url: URL) {
    const { id: requestId, method, signal } = head;
    const service = serviceFor(url);
    const found = this.#routers.get(service)?.find(method, url.pathname);
    const call: FaceCall = {
      operation: found?.operation.name ?? `${service.name}.unsupported`,
      method,
      path: `${url.hostname}${url.pathname}`,
      requestId,
      signal,
      typicalFailure: (status) =>
        service.typicalFailure(status, { ...head, body: Buffer.alloc(0), params: {} }, this.#services),
    };
    const target = found?.operation.writesTo?.(found.params);
    const release = target === undefined ? undefined : this.#writes.enter(target);
    const conflicts = target !== undefined && release === undefined;
    const finish = (request: FaceRequest, answer: FaceAnswer): FaceAnswer => ({
      ...answer,
      headers: { ...service.headers(request), ...answer.headers },
    });
    return {
      answerTo: async (body: Buffer): Promise<FaceAnswer> => {
        const request: FaceRequest = { ...head, body, params: found?.params ?? {} };
        const proceed = () => this.#answer(call, request, service, found, conflicts);
        const answer = await (this.#observer.around?.(call, proceed) ?? proceed());
        return finish(request, answer);
      },
      tooLong: (): FaceAnswer => {
        const request: FaceRequest = { ...head, body: Buffer.alloc(0), params: {} };
        const message = `The request body is longer than ${BODY_BYTES_MAX} bytes.`;
        const failure = { status: 413, code: "RequestEntityTooLarge", message };
        return finish(request, {
          ...service.failure(failure, request, this.#services),
          headers: { connection: "close" },
        });
      },
      ended: ({ status }: FaceAnswer, complete: boolean) => {
        release?.();
        this.#observer.after?.(call, { status, complete });
      },
    };
  }

  async #answer(
    call: FaceCall,
    request: FaceRequest,
    service: Service,
    found: Found | undefined,
    conflicts: boolean,
  ): Promise<FaceAnswer> {
    try {
      if (found === undefined) {
        throw new Unsupported(`${request.method} ${request.url.hostname}${request.url.pathname}`);
      }
      if (conflicts && service.conflict !== undefined) return service.conflict(request, this.#services);
      return await found.operation.handle(request, this.#services);
    } catch (error) {
      if (error instanceof Unsupported) {
        this.#services.unsupported(error.what);
        const failure = { status: 501, code: "NotEmulated", message: error.message };
        return service.failure(failure, request, this.#services);
      }
      const refusal = service.refusal(error, request, this.#services);
      if (refusal !== undefined) return refusal;
      this.#observer.failed?.(call, error);
      const message = `The sandbox failed: ${error instanceof Error ? error.message : String(error)}`;
      return service.failure({ status: 500, code: "InternalServerError", message }, request, this.#services);
    }
  }
}
