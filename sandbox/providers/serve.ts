import * as grpc from "@grpc/grpc-js";
import engineServices from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import services from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import {
  type CheckFailure,
  type CheckRequest,
  type CheckResponse,
  type DiffRequest,
  type DiffResponse,
  type EmulatedProvider,
  type EngineLog,
  type Properties,
  ProviderError,
} from "./provider.ts";

/** A provider that listens for the engine. */
export interface ServedProvider {
  name: string;
  port: number;
  close(): Promise<void>;
}

/**
 * Stands around each call: for logs, faults and tests. It returns what `run` answers, or rejects to make
 * the call fail: before `run`, so that nothing happens, or after it, so that only the answer is lost.
 */
export type CallObserver = <T>(call: ProviderCall, run: () => Promise<T>) => Promise<T>;

export interface ProviderCall {
  provider: string;
  /** `create`, `update`, `invoke` … */
  method: string;
  /** The resource's URN, or the function's token. */
  target: string;
  /** The resource type or the function's token. */
  type: string;
  preview: boolean;
  /** Aborts when the engine has gone away or cancelled the call. */
  signal: AbortSignal;
}

const UNLIMITED = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/**
 * Serves `provider` over gRPC on 127.0.0.1, for `PULUMI_DEBUG_PROVIDERS`.
 * @param port 0 takes a free one.
 */
export async function serveProvider(
  provider: EmulatedProvider,
  { port = 0, observer = (_call, run) => run() }: { port?: number; observer?: CallObserver } = {},
): Promise<ServedProvider> {
  const server = new grpc.Server(UNLIMITED);
  const log = new EngineConnection();
  server.addService(
    services.ResourceProviderService,
    implementation(provider, log, observer) as unknown as grpc.UntypedServiceImplementation,
  );
  const bound = await new Promise<number>((done, fail) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, boundPort) =>
      error ? fail(error) : done(boundPort),
    );
  });
  return {
    name: provider.name,
    port: bound,
    close: async () => {
      log.close();
      server.forceShutdown();
    },
  };
}

/** The way back to the engine that attached itself: for warnings. */
class EngineConnection implements EngineLog {
  #client: InstanceType<typeof engineServices.EngineClient> | undefined;

  attach(address: string): void {
    this.#client?.close();
    this.#client = new engineServices.EngineClient(address, grpc.credentials.createInsecure());
  }

  warn(urn: string, message: string): void {
    if (this.#client === undefined) return;
    const request = new engine.LogRequest();
    request.setSeverity(engine.LogSeverity.WARNING);
    request.setUrn(urn);
    request.setMessage(message);
    // A lost warning must not fail the call that it is about.
    this.#client.log(request, () => {});
  }

  close(): void {
    this.#client?.close();
  }
}

type Handler = (
  call: { request: unknown; on(event: "cancelled", listener: () => void): unknown },
  done: (error: unknown, response?: unknown) => void,
) => void;

function implementation(
  provider: EmulatedProvider,
  log: EngineConnection,
  observer: CallObserver,
): Record<string, Handler> {
  /** A unary call: runs `answer`, turns what it throws into a gRPC status. */
  const unary =
    <Request>(
      method: string,
      describe: (request: Request) => { target: string; type: string; preview?: boolean },
      answer: (request: Request) => Promise<unknown>,
    ): Handler =>
    (call, done) => {
      const request = call.request as Request;
      const gone = new AbortController();
      call.on("cancelled", () => gone.abort());
      const about: ProviderCall = {
        preview: false,
        ...describe(request),
        provider: provider.name,
        method,
        signal: gone.signal,
      };
      observer(about, () => answer(request)).then(
        (response) => done(null, response),
        (error: unknown) => done(grpcStatusOf(error)),
      );
    };

  const itself = () => ({ target: provider.name, type: provider.name });
  const resource = (request: { getUrn(): string }) => ({
    target: request.getUrn(),
    type: partsOfUrn(request.getUrn()).type,
  });

  return {
    getPluginInfo: unary("getPluginInfo", itself, async () => {
      const response = new plugin.PluginInfo();
      response.setVersion(provider.version);
      return response;
    }),
    attach: unary("attach", itself, async (request: plugin.PluginAttach) => {
      log.attach(request.getAddress());
      return new empty.Empty();
    }),
    cancel: unary("cancel", itself, async () => new empty.Empty()),
    checkConfig: unary("checkConfig", resource, async (request: messages.CheckRequest) =>
      checkResponse(await provider.checkConfig(checkRequest(request))),
    ),
    diffConfig: unary("diffConfig", resource, async (request: messages.DiffRequest) =>
      diffResponse(await provider.diffConfig(diffRequest(request))),
    ),
    configure: unary("configure", itself, async (request: messages.ConfigureRequest) => {
      const variables: Record<string, string> = {};
      request.getVariablesMap().forEach((value, key) => {
        variables[key] = value;
      });
      const answer = await provider.configure({
        args: plain(request.getArgs()) ?? {},
        variables,
        sendsOldInputs: request.getSendsOldInputs() && request.getSendsOldInputsToDelete(),
      });
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(answer.acceptSecrets);
      response.setSupportspreview(answer.supportsPreview);
      response.setAcceptresources(answer.acceptResources);
      response.setAcceptoutputs(answer.acceptOutputs);
      response.setSupportsAutonamingConfiguration(answer.supportsAutonamingConfiguration);
      return response;
    }),
    check: unary("check", resource, async (request: messages.CheckRequest) =>
      checkResponse(await provider.check(checkRequest(request), log)),
    ),
    diff: unary("diff", resource, async (request: messages.DiffRequest) =>
      diffResponse(await provider.diff(diffRequest(request))),
    ),
    create: unary(
      "create",
      (request: messages.CreateRequest) => ({ ...resource(request), preview: request.getPreview() }),
      async (request) => {
        const answer = await provider.create({
          urn: request.getUrn(),
          ...partsOfUrn(request.getUrn()),
          properties: plain(request.getProperties()) ?? {},
          preview: request.getPreview(),
        });
        const response = new messages.CreateResponse();
        response.setId(answer.id);
        response.setProperties(structOf(answer.properties));
        return response;
      },
    ),
    read: unary("read", resource, async (request: messages.ReadRequest) => {
      const answer = await provider.read({
        urn: request.getUrn(),
        ...partsOfUrn(request.getUrn()),
        id: request.getId(),
        properties: plain(request.getProperties()),
        inputs: plain(request.getInputs()),
      });
      const response = new messages.ReadResponse();
      response.setId(answer.id);
      response.setProperties(structOf(answer.properties));
      response.setInputs(structOf(answer.inputs));
      return response;
    }),
    update: unary(
      "update",
      (request: messages.UpdateRequest) => ({ ...resource(request), preview: request.getPreview() }),
      async (request) => {
        const properties = await provider.update({
          urn: request.getUrn(),
          ...partsOfUrn(request.getUrn()),
          id: request.getId(),
          olds: plain(request.getOlds()) ?? {},
          oldInputs: plain(request.getOldInputs()) ?? {},
          news: plain(request.getNews()) ?? {},
          ignoreChanges: request.getIgnorechangesList(),
          preview: request.getPreview(),
        });
        const response = new messages.UpdateResponse();
        response.setProperties(structOf(properties));
        return response;
      },
    ),
    delete: unary("delete", resource, async (request: messages.DeleteRequest) => {
      await provider.delete({
        urn: request.getUrn(),
        ...partsOfUrn(request.getUrn()),
        id: request.getId(),
        properties: plain(request.getProperties()) ?? {},
        oldInputs: plain(request.getOldInputs()) ?? {},
      });
      return new empty.Empty();
    }),
    invoke: unary(
      "invoke",
      (request: messages.InvokeRequest) => ({ target: request.getTok(), type: request.getTok() }),
      async (request) => {
        const answer = await provider.invoke({
          token: request.getTok(),
          args: plain(request.getArgs()) ?? {},
        });
        const response = new messages.InvokeResponse();
        response.setReturn(structOf(answer.result));
        response.setFailuresList(answer.failures.map(failureMessage));
        return response;
      },
    ),
  };
}

function checkRequest(request: messages.CheckRequest): CheckRequest {
  const options = request.getAutonaming();
  const modes = messages.CheckRequest.AutonamingOptions.Mode;
  const mode = options?.getMode();
  return {
    urn: request.getUrn(),
    ...partsOfUrn(request.getUrn()),
    olds: plain(request.getOlds()),
    news: plain(request.getNews()) ?? {},
    randomSeed: request.getRandomseed_asU8(),
    autonaming:
      options === undefined
        ? undefined
        : {
            mode: mode === modes.ENFORCE ? "enforce" : mode === modes.DISABLE ? "disable" : "propose",
            proposedName: options.getProposedName(),
          },
  };
}

function checkResponse(answer: CheckResponse): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(structOf(answer.inputs));
  response.setFailuresList(answer.failures.map(failureMessage));
  return response;
}

function failureMessage({ property, reason }: CheckFailure): messages.CheckFailure {
  const failure = new messages.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}

function diffRequest(request: messages.DiffRequest): DiffRequest {
  return {
    urn: request.getUrn(),
    ...partsOfUrn(request.getUrn()),
    id: request.getId(),
    olds: plain(request.getOlds()) ?? {},
    oldInputs: plain(request.getOldInputs()) ?? {},
    news: plain(request.getNews()) ?? {},
    ignoreChanges: request.getIgnorechangesList(),
  };
}

function diffResponse(answer: DiffResponse): messages.DiffResponse {
  const response = new messages.DiffResponse();
  response.setChanges(messages.DiffResponse.DiffChanges[answer.changes]);
  response.setReplacesList(answer.replaces);
  response.setDiffsList(answer.diffs);
  response.setStablesList(answer.stables ?? []);
  response.setDeletebeforereplace(answer.deleteBeforeReplace);
  for (const [path, kind] of Object.entries(answer.detailedDiff ?? {})) {
    const diff = new messages.PropertyDiff();
    diff.setKind(messages.PropertyDiff.Kind[kind]);
    response.getDetaileddiffMap().set(path, diff);
  }
  response.setHasdetaileddiff(answer.detailedDiff !== undefined);
  return response;
}

function plain(value: struct.Struct | undefined): Properties | undefined {
  return value?.toJavaScript() as Properties | undefined;
}

function structOf(properties: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(properties as never);
}

/** The resource's type (the last one of a parent chain) and name. */
export function partsOfUrn(urn: string): { type: string; name: string } {
  const [, , types = "", ...name] = urn.split("::");
  return { type: types.split("$").at(-1) ?? "", name: name.join("::") };
}

function grpcStatusOf(error: unknown): Partial<grpc.StatusObject> {
  if (error instanceof ProviderError) {
    return { code: grpc.status[error.code], details: error.message };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: grpc.status.UNKNOWN, details: message };
}
