import {
  any,
  array,
  extend,
  idSet,
  map,
  object,
  type ResourceDefinition,
  required,
  string,
} from "../schema.ts";

const ipAddressRange = object({ addressRange: string });

const openAuthenticationPolicyClaim = object({ name: string, value: string });

const openAuthenticationAccessPolicy = object({ claims: array(openAuthenticationPolicyClaim), type: string });

const openAuthenticationAccessPolicies = object({ policies: map(openAuthenticationAccessPolicy) });

const flowAccessControlConfigurationPolicy = object({
  allowedCallerIpAddresses: array(ipAddressRange),
  openAuthenticationPolicies: openAuthenticationAccessPolicies,
});

const flowAccessControlConfiguration = object({
  actions: flowAccessControlConfigurationPolicy,
  contents: flowAccessControlConfigurationPolicy,
  triggers: flowAccessControlConfigurationPolicy,
  workflowManagement: flowAccessControlConfigurationPolicy,
});

const ipAddress = object({ address: string });

const flowEndpoints = object({
  accessEndpointIpAddresses: array(ipAddress),
  outgoingIpAddresses: array(ipAddress),
});

const flowEndpointsConfiguration = object({ connector: flowEndpoints, workflow: flowEndpoints });

const userAssignedIdentity = object({ clientId: string, principalId: string });

const managedServiceIdentity = object({
  type: required(string),
  userAssignedIdentities: idSet(userAssignedIdentity),
});

const resourceReference = object({ id: string });

const workflowParameter = object({ description: string, metadata: any, type: string, value: any });

const managedServiceIdentityResponse = extend(managedServiceIdentity, {
  principalId: string,
  tenantId: string,
  userAssignedIdentities: map(userAssignedIdentity),
});

const resourceReferenceResponse = extend(resourceReference, { name: string, type: string });

const sku = object({ name: string, plan: resourceReferenceResponse });

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/logic/workflow/ */
export const workflow: ResourceDefinition = {
  token: "azure-native:logic:Workflow",
  apiVersion: "2019-05-01",
  armType: "Microsoft.Logic/workflows",
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Logic/workflows/{workflowName}",
  autoName: { property: "workflowName", kind: "random" },
  forceNew: [],
  optionalLocation: true,
  flattenExcept: ["location", "tags", "identity", "type", "name"],
  inputs: {
    accessControl: flowAccessControlConfiguration,
    definition: any,
    endpointsConfiguration: flowEndpointsConfiguration,
    identity: managedServiceIdentity,
    integrationAccount: resourceReference,
    integrationServiceEnvironment: resourceReference,
    location: string,
    parameters: map(workflowParameter),
    resourceGroupName: required(string),
    state: string,
    tags: map(string),
    workflowName: string,
  },
  outputs: {
    accessControl: flowAccessControlConfiguration,
    accessEndpoint: string,
    azureApiVersion: string,
    changedTime: string,
    createdTime: string,
    definition: any,
    endpointsConfiguration: flowEndpointsConfiguration,
    identity: managedServiceIdentityResponse,
    integrationAccount: resourceReferenceResponse,
    integrationServiceEnvironment: resourceReferenceResponse,
    location: string,
    name: string,
    parameters: map(workflowParameter),
    provisioningState: string,
    sku,
    state: string,
    tags: map(string),
    type: string,
    version: string,
  },
};
