import { ArmError } from "../../arm/errors.ts";
import { type FaceAnswer, headerOf, jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { failureOfStatus, headersOfStatus } from "../typical-failure.ts";
import { ArmTokenError } from "./arm-call.ts";
import { deleteResourceOperation, getResourceOperation, putResourceOperation } from "./resources.ts";
import { getSubscription, listSubscriptions } from "./subscriptions.ts";

/** Azure Resource Manager: resources by id, and lists of them. */
export const armService: Service = {
  name: "arm",
  operations: [
    listSubscriptions,
    getSubscription,
    getResourceOperation,
    putResourceOperation,
    deleteResourceOperation,
  ],
  headers: ({ id, headers }) => ({
    "cache-control": "no-cache",
    pragma: "no-cache",
    "x-ms-request-id": id,
    "x-ms-correlation-request-id": headerOf({ headers }, "x-ms-correlation-request-id") ?? id,
  }),
  refusal: (error, _request, { store, addresses, unsupported }) => {
    if (error instanceof ArmTokenError) {
      const authority = `${addresses.origin}/${store.state.entra.tenant.id}`;
      return armError(error, { "www-authenticate": error.challenge(authority, store.state.clock.nowMs) });
    }
    if (!(error instanceof ArmError)) return undefined;
    // A resource type that is not emulated is met here as well as where there is no operation.
    if (error.status === 501) unsupported(error.message);
    return armError(error);
  },
  failure: (failure) => armError(failure),
  typicalFailure: (status) => armError(failureOfStatus(status, TYPICAL_FAILURES), headersOfStatus(status)),
};

const TYPICAL_FAILURES = {
  429: { code: "TooManyRequests", message: "The request is being throttled." },
  500: { code: "InternalServerError", message: "Encountered internal server error." },
  503: { code: "ServerTimeout", message: "The request timed out." },
};

function armError(
  { status, code, message }: { status: number; code: string; message: string },
  headers: Record<string, string> = {},
): FaceAnswer {
  return jsonAnswer(status, { error: { code, message } }, headers);
}
