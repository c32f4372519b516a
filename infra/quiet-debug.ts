import * as pulumi from "@pulumi/pulumi";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

/** The part of the runtime's engine client that matters here; the client is not part of the SDK's types. */
interface EngineClient {
  log(request: LogRequest, done: (error: unknown, response: unknown) => void): unknown;
}

/**
 * Keeps the SDK's debug messages in this process.
 *
 * For every resource the SDK sends the whole answer of the engine back to it as a debug message
 * (`RegisterResource RPC finished: …` in its runtime/resource.js), secret values in the clear. The engine
 * shows these to nobody, but writes them into its event log, which the Automation API and CI systems keep.
 */
export function keepDebugMessages(): void {
  const client = (pulumi.runtime as unknown as { getEngine(): EngineClient | undefined }).getEngine();
  if (client === undefined) return;
  const send = client.log.bind(client);
  client.log = (request, done) => {
    if (request.getSeverity() !== engine.LogSeverity.DEBUG) return send(request, done);
    done(null, new empty.Empty());
    return undefined;
  };
}
