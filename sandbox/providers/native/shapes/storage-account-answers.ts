import { boolean, object, string } from "../schema.ts";

/** What only Azure says of a storage account. */
const internetEndpoints = object({ blob: string, dfs: string, file: string, web: string });

const microsoftEndpoints = object({
  blob: string,
  dfs: string,
  file: string,
  queue: string,
  table: string,
  web: string,
});

export const endpoints = object({
  ...microsoftEndpoints.fields,
  internetEndpoints,
  microsoftEndpoints,
});

export const geoReplicationStats = object({
  canFailover: boolean,
  canPlannedFailover: boolean,
  lastSyncTime: string,
  postFailoverRedundancy: string,
  postPlannedFailoverRedundancy: string,
  status: string,
});

export const privateEndpointConnection = object(
  {
    id: string,
    name: string,
    privateEndpoint: object({ id: string }),
    privateLinkServiceConnectionState: object({
      actionRequired: string,
      description: string,
      status: string,
    }),
    provisioningState: string,
    type: string,
  },
  { flattenExcept: ["id", "name", "type"] },
);

export const skuConversionStatus = object({
  endTime: string,
  skuConversionStatus: string,
  startTime: string,
  targetSkuName: string,
});
