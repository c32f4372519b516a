import { array, extend, object, type ResourceDefinition, renamed, required, string } from "../schema.ts";
import { systemData } from "../shapes/system-data.ts";

const permission = object({
  actions: array(string),
  dataActions: array(string),
  notActions: array(string),
  notDataActions: array(string),
});

const permissionResponse = extend(permission, { condition: string, conditionVersion: string });

/** https://www.pulumi.com/registry/packages/azure-native/api-docs/authorization/roledefinition/ */
export const roleDefinition: ResourceDefinition = {
  token: "azure-native:authorization:RoleDefinition",
  apiVersion: "2022-05-01-preview",
  armType: "Microsoft.Authorization/roleDefinitions",
  path: "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
  autoName: { property: "roleDefinitionId", kind: "uuid" },
  forceNew: [],
  flattenExcept: ["systemData", "type", "name"],
  inputs: {
    assignableScopes: array(string),
    description: string,
    permissions: array(permission),
    roleDefinitionId: string,
    roleName: string,
    roleType: renamed("type", string),
    scope: required(string),
  },
  outputs: {
    assignableScopes: array(string),
    azureApiVersion: string,
    createdBy: string,
    createdOn: string,
    description: string,
    name: string,
    permissions: array(permissionResponse),
    roleName: string,
    roleType: renamed("type", string),
    systemData,
    type: string,
    updatedBy: string,
    updatedOn: string,
  },
};
