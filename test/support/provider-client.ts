import * as grpc from "@grpc/grpc-js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "../../sandbox/providers/provider.ts";
import { partsOfUrn } from "../../sandbox/providers/serve.ts";

/** A call that ended with a gRPC status. */
export class CallError extends Error {
  /** The status by name, e.g. `UNIMPLEMENTED`. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Failure {
  property: string;
  reason: string;
}

const LIMIT_MS = 30_000;

/** Talks to a provider as the engine does: over gRPC, in plain values. */
export class ProviderClient {
  readonly #client: grpc.Client;

  constructor(port: number) {
    const unlimited = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
    this.#client = new services.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
      unlimited,
    );
  }

  close(): void {
    this.#client.close();
  }

  async pluginInfo(): Promise<{ version: string }> {
    const response = await this.#call<{ getVersion(): string }>("getPluginInfo", new empty.Empty());
    return { version: response.getVersion() };
  }

  async checkConfig(args: {
    urn: string;
    news: Properties;
  }): Promise<{ inputs: Properties; failures: Failure[] }> {
    return this.#check("checkConfig", args);
  }

  async configure(settings: Properties, provider: string) {
    const message = new messages.ConfigureRequest();
    message.setArgs(structOf(settings));
    for (const [key, value] of Object.entries(settings)) {
      message.getVariablesMap().set(`${provider}:config:${key}`, String(value));
    }
    message.setAcceptsecrets(true);
    message.setAcceptresources(true);
    message.setSendsOldInputs(true);
    message.setSendsOldInputsToDelete(true);
    const response = await this.#call<messages.ConfigureResponse>("configure", message);
    return {
      acceptSecrets: response.getAcceptsecrets(),
      supportsPreview: response.getSupportspreview(),
      acceptResources: response.getAcceptresources(),
      acceptOutputs: response.getAcceptoutputs(),
      supportsAutonamingConfiguration: response.getSupportsAutonamingConfiguration(),
    };
  }

  async check(args: { urn: string; olds?: Properties | undefined; news: Properties }) {
    return this.#check("check", args);
  }

  async diff(args: {
    urn: string;
    id: string;
    olds: Properties;
    oldInputs: Properties;
    news: Properties;
    ignoreChanges?: string[] | undefined;
  }) {
    const message = new messages.DiffRequest();
    identify(message, args.urn);
    message.setId(args.id);
    message.setOlds(structOf(args.olds));
    message.setOldInputs(structOf(args.oldInputs));
    message.setNews(structOf(args.news));
    message.setIgnorechangesList(args.ignoreChanges ?? []);
    const response = await this.#call<messages.DiffResponse>("diff", message);
    const detailedDiff: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((diff, path) => {
      detailedDiff[path] = nameOf(messages.PropertyDiff.Kind, diff.getKind());
    });
    return {
      changes: nameOf(messages.DiffResponse.DiffChanges, response.getChanges()),
      replaces: response.getReplacesList(),
      diffs: response.getDiffsList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailedDiff,
      hasDetailedDiff: response.getHasdetaileddiff(),
    };
  }

  async create(args: { urn: string; properties: Properties; preview?: boolean | undefined }) {
    const message = new messages.CreateRequest();
    identify(message, args.urn);
    message.setProperties(structOf(args.properties));
    message.setPreview(args.preview ?? false);
    const response = await this.#call<messages.CreateResponse>("create", message);
    return { id: response.getId(), properties: plain(response.getProperties()) };
  }

  async read(args: {
    urn: string;
    id: string;
    properties?: Properties | undefined;
    inputs?: Properties | undefined;
  }) {
    const message = new messages.ReadRequest();
    identify(message, args.urn);
    message.setId(args.id);
    if (args.properties) message.setProperties(structOf(args.properties));
    if (args.inputs) message.setInputs(structOf(args.inputs));
    const response = await this.#call<messages.ReadResponse>("read", message);
    return {
      id: response.getId(),
      properties: plain(response.getProperties()),
      inputs: plain(response.getInputs()),
    };
  }

  async update(args: {
    urn: string;
    id: string;
    olds: Properties;
    oldInputs: Properties;
    news: Properties;
    ignoreChanges?: string[] | undefined;
    preview?: boolean | undefined;
  }) {
    const message = new messages.UpdateRequest();
    identify(message, args.urn);
    message.setId(args.id);
    message.setOlds(structOf(args.olds));
    message.setOldInputs(structOf(args.oldInputs));
    message.setNews(structOf(args.news));
    message.setIgnorechangesList(args.ignoreChanges ?? []);
    message.setPreview(args.preview ?? false);
    const response = await this.#call<messages.UpdateResponse>("update", message);
    return { properties: plain(response.getProperties()) };
  }

  async delete(args: {
    urn: string;
    id: string;
    properties: Properties;
    oldInputs?: Properties | undefined;
  }) {
    const message = new messages.DeleteRequest();
    identify(message, args.urn);
    message.setId(args.id);
    message.setProperties(structOf(args.properties));
    message.setOldInputs(structOf(args.oldInputs ?? {}));
    await this.#call("delete", message);
    return {};
  }

  async invoke(token: string, args: Properties) {
    const message = new messages.InvokeRequest();
    message.setTok(token);
    message.setArgs(structOf(args));
    const response = await this.#call<messages.InvokeResponse>("invoke", message);
    return { return: plain(response.getReturn()), failures: failuresIn(response.getFailuresList()) };
  }

  async #check(
    method: "check" | "checkConfig",
    { urn, olds, news }: { urn: string; olds?: Properties | undefined; news: Properties },
  ) {
    const message = new messages.CheckRequest();
    identify(message, urn);
    if (olds) message.setOlds(structOf(olds));
    message.setNews(structOf(news));
    message.setRandomseed(new Uint8Array(32).fill(7));
    const response = await this.#call<messages.CheckResponse>(method, message);
    return { inputs: plain(response.getInputs()), failures: failuresIn(response.getFailuresList()) };
  }

  /** @throws CallError */
  #call<Response>(method: string, message: unknown): Promise<Response> {
    const definition = services.ResourceProviderService[method];
    if (definition === undefined) throw new Error(`no method ${method} in the provider protocol`);
    return new Promise((done, fail) => {
      this.#client.makeUnaryRequest<unknown, Response>(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        message,
        new grpc.Metadata(),
        { deadline: Date.now() + LIMIT_MS },
        (error, response) => {
          if (error !== null) fail(new CallError(nameOf(grpc.status, error.code), error.details));
          else if (response === undefined) fail(new Error(`${method} answered nothing`));
          else done(response);
        },
      );
    });
  }
}

function identify(
  message: { setUrn(urn: string): unknown; setName(name: string): unknown; setType(type: string): unknown },
  urn: string,
): void {
  const { type, name } = partsOfUrn(urn);
  message.setUrn(urn);
  message.setName(name);
  message.setType(type);
}

function failuresIn(list: messages.CheckFailure[]): Failure[] {
  return list.map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
}

function structOf(properties: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(properties as never);
}

function plain(value: struct.Struct | undefined): Properties {
  return (value?.toJavaScript() ?? {}) as Properties;
}

function nameOf(names: object, value: number): string {
  return Object.entries(names).find(([, candidate]) => candidate === value)?.[0] ?? String(value);
}
