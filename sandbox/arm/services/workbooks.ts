import { isoSeconds } from "../../iso-time.ts";
import { badRequest } from "../errors.ts";
import type { StoredType } from "../resource-types.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** https://learn.microsoft.com/rest/api/application-insights/workbooks */
export const workbooks: StoredType = {
  kind: "stored",
  type: "Microsoft.Insights/workbooks",
  tracked: true,
  systemData: true,
  write({ id, body, context }) {
    if (!UUID.test(id.name)) {
      throw badRequest(`The workbook's resource name '${id.name}' must be a GUID.`, "InvalidResourceName");
    }
    const sent = body.properties ?? {};
    try {
      JSON.parse(String(sent.serializedData));
    } catch {
      throw badRequest("The workbook's serializedData is not JSON.", "InvalidSerializedData");
    }
    return {
      properties: {
        ...sent,
        version: sent.version ?? "Notebook/1.0",
        timeModified: isoSeconds(context.nowMs),
        revision: Buffer.from(context.randomness.bytes(16)).toString("hex"),
        userId: context.caller.principalId,
      },
      extra: { kind: body.kind ?? "shared", etag: `"${context.randomness.uuid()}"` },
    };
  },
};
