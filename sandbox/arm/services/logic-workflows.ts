import { isoSeconds } from "../../iso-time.ts";
import { badRequest } from "../errors.ts";
import type { StoredType } from "../resource-types.ts";

const STATES = ["Enabled", "Disabled"];

/** https://learn.microsoft.com/rest/api/logic/workflows. The sandbox keeps a workflow; it does not run it. */
export const workflows: StoredType = {
  kind: "stored",
  type: "Microsoft.Logic/workflows",
  tracked: true,
  write({ body, existing, context }) {
    const sent = body.properties ?? {};
    const before = existing?.properties;
    if (sent.state !== undefined && !STATES.includes(String(sent.state))) {
      throw badRequest(
        `The workflow's state is '${sent.state}'; allowed are ${STATES.join(", ")}.`,
        "InvalidRequestContent",
      );
    }
    const now = isoSeconds(context.nowMs);
    const location = body.location?.toLowerCase().replaceAll(" ", "");
    return {
      properties: {
        ...sent,
        state: sent.state ?? "Enabled",
        accessEndpoint:
          before?.accessEndpoint ??
          `https://prod-00.${location}.logic.azure.com:443/workflows/${Buffer.from(context.randomness.bytes(16)).toString("hex")}`,
        createdTime: before?.createdTime ?? now,
        changedTime: now,
        version: Buffer.from(context.randomness.bytes(8)).readBigUInt64BE().toString(),
        provisioningState: "Succeeded",
      },
    };
  },
};
