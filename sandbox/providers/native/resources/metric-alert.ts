import {
  array,
  boolean,
  constant,
  integer,
  map,
  number,
  object,
  type ResourceDefinition,
  renamed,
  required,
  string,
  union,
} from "../schema.ts";

const metricAlertAction = object({ actionGroupId: string, webHookProperties: map(string) });

const metricDimension = object({
  name: required(string),
  operator: required(string),
  values: required(array(string)),
});

const dynamicThresholdFailingPeriods = object({
  minFailingPeriodsToAlert: required(number),
  numberOfEvaluationPeriods: required(number),
});

const dynamicMetricCriteria = object({
  alertSensitivity: required(string),
  criterionType: constant("DynamicThresholdCriterion"),
  dimensions: array(metricDimension),
  failingPeriods: required(dynamicThresholdFailingPeriods),
  ignoreDataBefore: string,
  metricName: required(string),
  metricNamespace: string,
  name: required(string),
  operator: required(string),
  skipMetricValidation: boolean,
  timeAggregation: required(string),
});

const metricCriteria = object({
  criterionType: constant("StaticThresholdCriterion"),
  dimensions: array(metricDimension),
  metricName: required(string),
  metricNamespace: string,
  name: required(string),
  operator: required(string),
  skipMetricValidation: boolean,
  threshold: required(number),
  timeAggregation: required(string),
});

const metricAlertMultipleResourceMultipleMetricCriteria = object({
  allOf: array(union("criterionType", [dynamicMetricCriteria, metricCriteria])),
  odataType: renamed(
    "odata.type",
    constant("Microsoft.Azure.Monitor.MultipleResourceMultipleMetricCriteria"),
  ),
});

const metricAlertSingleResourceMultipleMetricCriteria = object({
  allOf: array(metricCriteria),
  odataType: renamed("odata.type", constant("Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria")),
});

const webtestLocationAvailabilityCriteria = object({
  componentId: required(string),
  failedLocationCount: required(number),
  odataType: renamed("odata.type", constant("Microsoft.Azure.Monitor.WebtestLocationAvailabilityCriteria")),
  webTestId: required(string),
});

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/monitor/metricalert/ */
export const metricAlert: ResourceDefinition = {
  token: "azure-native:monitor:MetricAlert",
  apiVersion: "2018-03-01",
  armType: "Microsoft.Insights/metricAlerts",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Insights/metricAlerts/{ruleName}",
  autoName: { property: "ruleName", kind: "random" },
  forceNew: ["location"],
  flattenExcept: ["location", "tags", "type", "name"],
  inputs: {
    actions: array(metricAlertAction),
    autoMitigate: boolean,
    criteria: required(
      union("odataType", [
        metricAlertMultipleResourceMultipleMetricCriteria,
        metricAlertSingleResourceMultipleMetricCriteria,
        webtestLocationAvailabilityCriteria,
      ]),
    ),
    description: string,
    enabled: required(boolean),
    evaluationFrequency: required(string),
    location: string,
    resourceGroupName: required(string),
    ruleName: string,
    scopes: required(array(string)),
    severity: required(integer),
    tags: map(string),
    targetResourceRegion: string,
    targetResourceType: string,
    windowSize: required(string),
  },
  outputs: {
    actions: array(metricAlertAction),
    autoMitigate: boolean,
    azureApiVersion: string,
    criteria: union("odataType", [
      metricAlertMultipleResourceMultipleMetricCriteria,
      metricAlertSingleResourceMultipleMetricCriteria,
      webtestLocationAvailabilityCriteria,
    ]),
    description: string,
    enabled: boolean,
    evaluationFrequency: string,
    isMigrated: boolean,
    lastUpdatedTime: string,
    location: string,
    name: string,
    scopes: array(string),
    severity: integer,
    tags: map(string),
    targetResourceRegion: string,
    targetResourceType: string,
    type: string,
    windowSize: string,
  },
};
