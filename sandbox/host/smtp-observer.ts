import type { FaultInjector } from "../faults/injector.ts";
import type { SmtpObserver, SmtpOutcome } from "../smtp/face.ts";
import { SmtpRefusal } from "../smtp/submission.ts";
import type { CallLog } from "./call-log.ts";

/** Logs the steps of mail submission and lets faults strike them. A fault's status is SMTP's own code. */
export function smtpObserver(
  faults: FaultInjector,
  log: CallLog,
  report: (text: string) => void,
): SmtpObserver {
  return {
    around: async ({ operation, path, signal }, proceed) => {
      const call = { face: "smtp" as const, operation, path };
      const end = log.begin(call);
      try {
        const outcome = await faults.run<SmtpOutcome>(call, proceed, {
          signal,
          status: ({ status, body }) => {
            throw new SmtpRefusal(status, body ?? (status < 500 ? "4.3.2 Try again later" : "5.3.0 Refused"));
          },
          reset: () => "break",
          half: async () => "break",
        });
        end(outcome === "ok" ? "ok" : "cut off");
        return outcome;
      } catch (error) {
        end(error instanceof SmtpRefusal ? String(error.responseCode) : "failed");
        throw error;
      }
    },
    failed: ({ operation }, error) =>
      report(`${operation} failed inside the sandbox: ${error instanceof Error ? error.stack : error}`),
  };
}
