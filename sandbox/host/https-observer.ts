import type { FaultableCall } from "../faults/decide.ts";
import type { FaultInjector } from "../faults/injector.ts";
import type { FaceAnswer } from "../https/exchange.ts";
import type { FaceCall, FaceObserver } from "../https/observer.ts";
import type { CallLog } from "./call-log.ts";

/** Logs the HTTPS face's calls and lets faults strike them. */
export function httpsObserver(
  faults: FaultInjector,
  log: CallLog,
  report: (text: string) => void,
): FaceObserver {
  /** What notes the end of a call that is under way, by request id. */
  const open = new Map<string, (outcome: string) => void>();
  return {
    around: (faceCall, proceed) => {
      const call = faultableCall(faceCall);
      open.set(faceCall.requestId, log.begin(call));
      return faults.run<FaceAnswer>(call, proceed, {
        signal: faceCall.signal,
        status: ({ status, body, headers }) => {
          if (body !== undefined) return { status, headers, body };
          const typical = faceCall.typicalFailure(status);
          return { ...typical, headers: { ...typical.headers, ...headers } };
        },
        reset: () => ({ status: 0, breakOff: "reset" }),
        half: async (wholeAnswer) => ({ ...(await wholeAnswer()), breakOff: "half" }),
      });
    },
    after: ({ requestId }, { status, complete }) => {
      open.get(requestId)?.(complete ? String(status) : `${status} cut off`);
      open.delete(requestId);
    },
    unsupported: (name) => report(`not emulated: ${name}`),
    failed: ({ operation }, error) =>
      report(`${operation} failed inside the sandbox: ${error instanceof Error ? error.stack : error}`),
  };
}

function faultableCall({ operation, path }: FaceCall): FaultableCall {
  return { face: "https", operation, path };
}
