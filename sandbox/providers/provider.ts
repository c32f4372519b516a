/**
 * The provider protocol as plain values: what an emulated provider answers, without gRPC.
 * Unknown values and secrets stay in the protocol's own markers (see `values.ts`).
 */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | PropertyValue[]
  | { [key: string]: PropertyValue };
export type Properties = { [key: string]: PropertyValue };

export interface CheckFailure {
  property: string;
  reason: string;
}

export interface CheckRequest {
  urn: string;
  /** The last token of the URN's type, e.g. `azuread:index/application:Application`. */
  type: string;
  name: string;
  olds: Properties | undefined;
  news: Properties;
  /** Bytes to derive names from: the same seed gives the same name. */
  randomSeed: Uint8Array;
  autonaming: { mode: "propose" | "enforce" | "disable"; proposedName: string } | undefined;
}

export interface CheckResponse {
  inputs: Properties;
  failures: CheckFailure[];
}

export type DiffKind = "ADD" | "ADD_REPLACE" | "DELETE" | "DELETE_REPLACE" | "UPDATE" | "UPDATE_REPLACE";

export interface DiffRequest {
  urn: string;
  type: string;
  name: string;
  id: string;
  /** The outputs that the engine has recorded. */
  olds: Properties;
  oldInputs: Properties;
  news: Properties;
  ignoreChanges: string[];
}

export interface DiffResponse {
  changes: "DIFF_NONE" | "DIFF_SOME" | "DIFF_UNKNOWN";
  replaces: string[];
  diffs: string[];
  stables?: string[];
  deleteBeforeReplace: boolean;
  /** By property path; leave it out where the real provider sends none. */
  detailedDiff?: Record<string, DiffKind>;
}

export interface CreateRequest {
  urn: string;
  type: string;
  name: string;
  properties: Properties;
  preview: boolean;
}

export interface CreateResponse {
  id: string;
  properties: Properties;
}

export interface ReadRequest {
  urn: string;
  type: string;
  name: string;
  id: string;
  /** Recorded outputs; absent for an import. */
  properties: Properties | undefined;
  inputs: Properties | undefined;
}

/** An empty `id` says that the resource does not exist. */
export interface ReadResponse {
  id: string;
  properties: Properties;
  inputs: Properties;
}

export interface UpdateRequest {
  urn: string;
  type: string;
  name: string;
  id: string;
  olds: Properties;
  oldInputs: Properties;
  news: Properties;
  ignoreChanges: string[];
  preview: boolean;
}

export interface DeleteRequest {
  urn: string;
  type: string;
  name: string;
  id: string;
  properties: Properties;
  oldInputs: Properties;
}

export interface InvokeRequest {
  token: string;
  args: Properties;
}

export interface InvokeResponse {
  result: Properties;
  failures: CheckFailure[];
}

export interface ConfigureRequest {
  args: Properties;
  variables: Record<string, string>;
  /** Whether the engine will send recorded inputs with what it asks, as every one since version 3.74 does. */
  sendsOldInputs?: boolean;
}

export interface ConfigureResponse {
  acceptSecrets: boolean;
  supportsPreview: boolean;
  acceptResources: boolean;
  acceptOutputs: boolean;
  supportsAutonamingConfiguration: boolean;
}

/** Lets a provider say something to the person who watches the update. */
export interface EngineLog {
  warn(urn: string, message: string): void;
}

/** One emulated provider. Every method may throw a `ProviderError`. */
export interface EmulatedProvider {
  readonly name: string;
  readonly version: string;
  checkConfig(request: CheckRequest): Promise<CheckResponse>;
  diffConfig(request: DiffRequest): Promise<DiffResponse>;
  configure(request: ConfigureRequest): Promise<ConfigureResponse>;
  check(request: CheckRequest, log: EngineLog): Promise<CheckResponse>;
  diff(request: DiffRequest): Promise<DiffResponse>;
  create(request: CreateRequest): Promise<CreateResponse>;
  read(request: ReadRequest): Promise<ReadResponse>;
  update(request: UpdateRequest): Promise<Properties>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<InvokeResponse>;
}

/** A refusal that the engine shows to the user as it stands. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  /** The gRPC status, by name. */
  readonly code: "INVALID_ARGUMENT" | "NOT_FOUND" | "UNIMPLEMENTED" | "UNAVAILABLE" | "UNKNOWN";

  constructor(code: ProviderError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
