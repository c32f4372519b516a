import { rights } from "../../entra/rights.ts";
import {
  createRoleAssignment,
  deleteRoleAssignment,
  roleAssignmentOf,
} from "../../entra/role-assignments.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import { UNKNOWN } from "../values.ts";
import type { Directory } from "./directory.ts";
import { text, textOrNull } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/directoryroleassignment/ */
export function directoryRoleAssignment(directory: Directory): SdkResource {
  const ids = resourceIds.directoryRoleAssignment;
  return {
    schema: {
      appScopeId: {
        type: "string",
        use: "optionalComputed",
        forceNew: true,
        conflictsWith: ["directoryScopeId"],
        validate: notEmpty,
      },
      directoryScopeId: {
        type: "string",
        use: "optionalComputed",
        forceNew: true,
        conflictsWith: ["appScopeId"],
        validate: notEmpty,
      },
      principalObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
      roleId: { type: "string", use: "required", forceNew: true, validate: uuid },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const given = (name: string) => (planned[name] === UNKNOWN ? null : textOrNull(planned[name]));
      const appScopeId = given("appScopeId");
      const body = {
        principalId: text(planned.principalObjectId),
        roleDefinitionId: text(planned.roleId),
        appScopeId,
        directoryScopeId: appScopeId === null ? (given("directoryScopeId") ?? "/") : null,
      };
      const assignmentId = await directory.write((entra, context) => {
        context.require(rights.writeRoles);
        return createRoleAssignment(entra, body, context).id;
      });
      return { id: ids.format({ assignmentId }) };
    },

    async read(id) {
      const { assignmentId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readRoles);

        const assignment = roleAssignmentOf(entra, assignmentId);
        return {
          appScopeId: assignment.appScopeId ?? "",
          directoryScopeId: assignment.directoryScopeId ?? "",
          principalObjectId: assignment.principalId,
          roleId: assignment.roleDefinitionId,
        };
      });
    },

    async delete(id) {
      const { assignmentId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeRoles);
        deleteRoleAssignment(entra, assignmentId);
      });
    },
  };
}
