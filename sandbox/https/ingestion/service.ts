import { type FaceAnswer, jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { failureOfStatus, headersOfStatus } from "../typical-failure.ts";
import { track, trackLegacy } from "./track.ts";

/** Where Application Insights takes telemetry in. */
export const ingestionService: Service = {
  name: "ingestion",
  operations: [track, trackLegacy],
  headers: () => ({}),
  refusal: () => undefined,
  failure: refused,
  typicalFailure: (status) => {
    const answer = refused(failureOfStatus(status, {}));
    return { ...answer, headers: { ...answer.headers, ...headersOfStatus(status) } };
  },
};

function refused({ status, message }: { status: number; message: string }): FaceAnswer {
  return jsonAnswer(status, {
    itemsReceived: 0,
    itemsAccepted: 0,
    errors: [{ index: 0, statusCode: status, message }],
  });
}
