import { jsonAnswer } from "../exchange.ts";
import type { Service } from "../operation.ts";
import { failureOfStatus, headersOfStatus } from "../typical-failure.ts";
import { cloudEndpoints } from "./cloud-endpoints.ts";

/** What tells clients of Azure Resource Manager where everything else is. */
export const metadataService: Service = {
  name: "metadata",
  operations: [cloudEndpoints],
  headers: ({ id }) => ({ "x-ms-request-id": id }),
  refusal: () => undefined,
  failure: ({ status, code, message }) => jsonAnswer(status, { error: { code, message } }),
  typicalFailure: (status) => {
    const { code, message } = failureOfStatus(status, {});
    return jsonAnswer(status, { error: { code, message } }, headersOfStatus(status));
  },
};
