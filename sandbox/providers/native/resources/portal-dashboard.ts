import {
  any,
  array,
  extend,
  map,
  number,
  object,
  type ResourceDefinition,
  required,
  string,
} from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const dashboardPartMetadata = object({ inputs: array(any), settings: map(any), type: required(string) });

const dashboardPartsPosition = object({
  colSpan: required(number),
  metadata: any,
  rowSpan: required(number),
  x: required(number),
  y: required(number),
});

const dashboardParts = object({
  metadata: dashboardPartMetadata,
  position: required(dashboardPartsPosition),
});

const dashboardLens = object({
  metadata: any,
  order: required(number),
  parts: required(array(dashboardParts)),
});

const dashboardPropertiesWithProvisioningState = object({ lenses: array(dashboardLens), metadata: any });

const dashboardPropertiesWithProvisioningStateResponse = extend(dashboardPropertiesWithProvisioningState, {
  provisioningState: string,
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/portal/dashboard/ */
export const dashboard: ResourceDefinition = {
  token: "azure-native:portal:Dashboard",
  apiVersion: "2022-12-01-preview",
  armType: "Microsoft.Portal/dashboards",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Portal/dashboards/{dashboardName}",
  autoName: { property: "dashboardName", kind: "random" },
  forceNew: ["location"],
  inputs: {
    dashboardName: string,
    location: string,
    properties: dashboardPropertiesWithProvisioningState,
    resourceGroupName: required(string),
    tags: map(string),
  },
  outputs: {
    azureApiVersion: string,
    location: string,
    name: string,
    properties: dashboardPropertiesWithProvisioningStateResponse,
    systemData,
    tags: map(string),
    type: string,
  },
};
