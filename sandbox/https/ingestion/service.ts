import { jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { track, trackLegacy } from "./track.ts";

/** Where Application Insights takes telemetry in. */
export const ingestionService: Service = {
  name: "ingestion",
  operations: [track, trackLegacy],
  headers: () => ({}),
  refusal: () => undefined,
  failure: ({ status, message }) =>
    jsonAnswer(status, {
      itemsReceived: 0,
      itemsAccepted: 0,
      errors: [{ index: 0, statusCode: status, message }],
    }),
};
