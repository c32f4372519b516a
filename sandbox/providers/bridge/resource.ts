import type {
  CheckRequest,
  CheckResponse,
  CreateRequest,
  CreateResponse,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  EngineLog,
  Properties,
  ReadRequest,
  ReadResponse,
  UpdateRequest,
} from "../provider.ts";

/**
 * One resource type behind the provider protocol. Requests come in without secret markers and with one
 * spelling of "unknown" (`wire.ts`).
 */
export interface ResourceBehaviour {
  check(request: CheckRequest, log: EngineLog): Promise<CheckResponse>;
  diff(request: DiffRequest): Promise<DiffResponse>;
  create(request: CreateRequest): Promise<CreateResponse>;
  read(request: ReadRequest): Promise<ReadResponse>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
}

/** What Read answers for a resource that does not exist. */
export const GONE: ReadResponse = { id: "", properties: {}, inputs: {} };
