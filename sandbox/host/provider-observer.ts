import type { FaultableCall } from "../faults/decide.ts";
import type { FaultInjector } from "../faults/injector.ts";
import { ProviderError } from "../providers/provider.ts";
import { type CallObserver, type ProviderCall, partsOfUrn } from "../providers/serve.ts";
import type { CallLog } from "./call-log.ts";

/**
 * Calls by which the engine only gets to know a provider: neither logged nor open to faults, since a
 * failure there says nothing about the program.
 */
const HOUSEKEEPING = new Set(["getPluginInfo", "attach", "cancel"]);

/** Logs the provider face's calls and lets faults strike them. */
export function providerObserver(faults: FaultInjector, log: CallLog): CallObserver {
  return async (providerCall, run) => {
    if (HOUSEKEEPING.has(providerCall.method)) return run();
    const call = faultableCall(providerCall);
    const end = log.begin(call);
    try {
      const answer = await faults.run(call, run, {
        signal: providerCall.signal,
        status: ({ status, body }) => {
          throw new ProviderError(
            codeFor(status),
            body ?? `the sandbox was told to fail with status ${status}`,
          );
        },
        reset: () => {
          throw new ProviderError("UNAVAILABLE", "connection reset by peer");
        },
        half: (wholeAnswer) => wholeAnswer(), // never asked for: such a rule does not match this face
      });
      end("ok");
      return answer;
    } catch (error) {
      end(error instanceof ProviderError ? error.code : "UNKNOWN");
      throw error;
    }
  };
}

/**
 * How faults and the log name a provider call: `azuread.create` (a preview's is `azuread.create:preview`)
 * on `azuread/index/ApplicationPassword/mailman-a`, or on `azure-native/keyvault/getSecret`.
 */
function faultableCall({ provider, method, target, type, preview }: ProviderCall): FaultableCall {
  const [packageName = "", module = "", name = ""] = type.split(":");
  const path = name === "" ? provider : [packageName, module.split("/")[0], name].join("/");
  return {
    face: "provider",
    operation: `${provider}.${method}${preview ? ":preview" : ""}`,
    path: target.startsWith("urn:") ? `${path}/${partsOfUrn(target).name}` : path,
  };
}

/** The gRPC status that comes nearest to an HTTP one. */
function codeFor(status: number): ProviderError["code"] {
  if (status === 404) return "NOT_FOUND";
  if (status === 501) return "UNIMPLEMENTED";
  if (status === 400) return "INVALID_ARGUMENT";
  return status === 429 || status >= 500 ? "UNAVAILABLE" : "UNKNOWN";
}
