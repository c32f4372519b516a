import { type ResourceDefinition, required, string, withDefault } from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/authorization/roleassignment/ */
export const roleAssignment: ResourceDefinition = {
  token: "azure-native:authorization:RoleAssignment",
  apiVersion: "2022-04-01",
  armType: "Microsoft.Authorization/roleAssignments",
  path: "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
  autoName: { property: "roleAssignmentName", kind: "uuid" },
  forceNew: ["principalId"],
  flattenExcept: ["systemData", "type", "name"],
  inputs: {
    condition: string,
    conditionVersion: string,
    delegatedManagedIdentityResourceId: string,
    description: string,
    principalId: required(string),
    principalType: withDefault("User", string),
    roleAssignmentName: string,
    roleDefinitionId: required(string),
    scope: required(string),
  },
  outputs: {
    azureApiVersion: string,
    condition: string,
    conditionVersion: string,
    createdBy: string,
    createdOn: string,
    delegatedManagedIdentityResourceId: string,
    description: string,
    name: string,
    principalId: string,
    principalType: string,
    roleDefinitionId: string,
    scope: string,
    systemData,
    type: string,
    updatedBy: string,
    updatedOn: string,
  },
};
