import { isoSeconds } from "../../iso-time.ts";
import { badRequest } from "../errors.ts";
import { resourceKey } from "../resource-id.ts";
import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/rest/api/application-insights/components */
export const components: StoredType = {
  kind: "stored",
  type: "Microsoft.Insights/components",
  tracked: true,
  write({ draft, id, body, existing, context }) {
    const sent = body.properties ?? {};
    const before = existing?.properties;
    const workspaceId = sent.WorkspaceResourceId as string | undefined;
    if (workspaceId !== undefined && draft.arm.resources[resourceKey(workspaceId)] === undefined) {
      throw badRequest(`The workspace '${workspaceId}' could not be found.`, "WorkspaceNotFound");
    }
    const instrumentationKey = before?.InstrumentationKey ?? context.randomness.uuid();
    const appId = before?.AppId ?? context.randomness.uuid();
    const location = body.location?.toLowerCase().replaceAll(" ", "");
    const ingestionEndpoint =
      context.ingestionEndpoint ?? `https://${location}-0.in.applicationinsights.azure.com/`;
    return {
      properties: {
        ...sent,
        Flow_Type: sent.Flow_Type ?? "Bluefield",
        Request_Source: sent.Request_Source ?? "rest",
        RetentionInDays: sent.RetentionInDays ?? 90,
        IngestionMode: sent.IngestionMode ?? "LogAnalytics",
        publicNetworkAccessForIngestion: sent.publicNetworkAccessForIngestion ?? "Enabled",
        publicNetworkAccessForQuery: sent.publicNetworkAccessForQuery ?? "Enabled",
        AppId: appId,
        ApplicationId: id.name,
        InstrumentationKey: instrumentationKey,
        ConnectionString:
          `InstrumentationKey=${instrumentationKey};` +
          `IngestionEndpoint=${ingestionEndpoint};` +
          `LiveEndpoint=https://${location}.livediagnostics.monitor.azure.com/;ApplicationId=${appId}`,
        CreationDate: before?.CreationDate ?? isoSeconds(context.nowMs),
        TenantId: draft.entra.tenant.id,
        provisioningState: "Succeeded",
      },
      extra: { kind: body.kind, etag: `"${context.randomness.uuid()}"` },
    };
  },
};
