import { isoSeconds } from "../../iso-time.ts";
import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/loganalytics/workspaces */
export const workspaces: StoredType = {
  kind: "stored",
  type: "Microsoft.OperationalInsights/workspaces",
  tracked: true,
  systemData: true,
  write({ body, existing, context }) {
    const sent = body.properties ?? {};
    const before = existing?.properties;
    const now = isoSeconds(context.nowMs);
    const key = () => Buffer.from(context.randomness.bytes(64)).toString("base64");
    return {
      properties: {
        ...sent,
        customerId: before?.customerId ?? context.randomness.uuid(),
        sku: { name: "PerGB2018", ...(sent.sku as object), lastSkuUpdate: now },
        retentionInDays: sent.retentionInDays ?? 30,
        features: { enableLogAccessUsingOnlyResourcePermissions: true, ...(sent.features as object) },
        workspaceCapping: {
          dailyQuotaGb: -1,
          ...(sent.workspaceCapping as object),
          quotaNextResetTime: isoSeconds(context.nowMs + 24 * 60 * 60 * 1000),
          dataIngestionStatus: "RespectQuota",
        },
        publicNetworkAccessForIngestion: sent.publicNetworkAccessForIngestion ?? "Enabled",
        publicNetworkAccessForQuery: sent.publicNetworkAccessForQuery ?? "Enabled",
        createdDate: before?.createdDate ?? now,
        modifiedDate: now,
        provisioningState: "Succeeded",
      },
      extra: { etag: `"${context.randomness.uuid()}"` },
      hidden: existing?.hidden ?? { primarySharedKey: key(), secondarySharedKey: key() },
    };
  },
};
