import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/portal/dashboards */
export const dashboards: StoredType = {
  kind: "stored",
  type: "Microsoft.Portal/dashboards",
  tracked: true,
  systemData: true,
  write: ({ body }) => ({ properties: { ...body.properties, provisioningState: "Succeeded" } }),
};
