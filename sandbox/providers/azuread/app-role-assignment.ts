import {
  appRoleAssignmentOf,
  createAppRoleAssignment,
  deleteAppRoleAssignment,
} from "../../entra/app-role-assignments.ts";
import { rights } from "../../entra/rights.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { uuid } from "../bridge/validations.ts";
import type { Directory } from "./directory.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/approleassignment/ */
export function appRoleAssignment(directory: Directory): SdkResource {
  const ids = resourceIds.appRoleAssignment;
  return {
    schema: {
      appRoleId: { type: "string", use: "required", forceNew: true, validate: uuid },
      principalDisplayName: { type: "string", use: "output" },
      principalObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
      principalType: { type: "string", use: "output" },
      resourceDisplayName: { type: "string", use: "output" },
      resourceObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const body = {
        appRoleId: text(planned.appRoleId),
        principalId: text(planned.principalObjectId),
        resourceId: text(planned.resourceObjectId),
      };
      return directory.write((entra, context) => {
        context.require(rights.grantAppRoles);

        const { id: assignmentId, resourceId } = createAppRoleAssignment(entra, body, context);
        return { id: ids.format({ resourceId, assignmentId }) };
      });
    },

    async read(id) {
      const { assignmentId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);

        const assignment = appRoleAssignmentOf(entra, assignmentId);
        return {
          appRoleId: assignment.appRoleId,
          principalDisplayName: assignment.principalDisplayName,
          principalObjectId: assignment.principalId,
          principalType: assignment.principalType,
          resourceDisplayName: assignment.resourceDisplayName,
          resourceObjectId: assignment.resourceId,
        };
      });
    },

    async delete(id) {
      const { assignmentId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.grantAppRoles);
        deleteAppRoleAssignment(entra, assignmentId);
      });
    },
  };
}
