import { notFound } from "../../entra/errors.ts";
import { rights } from "../../entra/rights.ts";
import {
  createRoleDefinition,
  deleteRoleDefinition,
  findRoleDefinition,
  updateRoleDefinition,
} from "../../entra/role-definitions.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { lengthBetween, notEmpty, uuid } from "../bridge/validations.ts";
import type { Properties } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import type { Directory } from "./directory.ts";
import { flag, records, text, textOrNull, texts } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/customdirectoryrole/ */
export function customDirectoryRole(directory: Directory): SdkResource {
  const ids = resourceIds.customDirectoryRole;
  return {
    schema: {
      description: { type: "string", use: "optional" },
      displayName: { type: "string", use: "required", validate: notEmpty },
      enabled: { type: "bool", use: "required" },
      objectId: { type: "string", use: "output" },
      permissions: {
        type: "set",
        use: "required",
        of: {
          type: "block",
          fields: {
            allowedResourceActions: {
              type: "set",
              use: "required",
              of: { type: "string", validate: notEmpty },
            },
          },
        },
      },
      templateId: { type: "string", use: "optionalComputed", forceNew: true, validate: uuid },
      version: { type: "string", use: "required", validate: lengthBetween(1, 128) },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const templateId = planned.templateId === UNKNOWN ? null : textOrNull(planned.templateId);
      const body = { ...definitionBody(planned), ...(templateId === null ? {} : { templateId }) };
      const roleId = await directory.write((entra, context) => {
        context.require(rights.writeRoles);
        return createRoleDefinition(entra, body, context).id;
      });
      return { id: ids.format({ roleId }) };
    },

    async read(id) {
      const { roleId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readRoles);

        const definition = findRoleDefinition(entra, roleId);
        if (definition === undefined) throw notFound(roleId);
        return {
          description: definition.description ?? "",
          displayName: definition.displayName,
          enabled: definition.isEnabled,
          objectId: definition.id,
          permissions: definition.rolePermissions.map(({ allowedResourceActions }) => ({
            allowedResourceActions: [...allowedResourceActions],
          })),
          templateId: definition.templateId,
          version: definition.version ?? "",
        };
      });
    },

    async update(id, planned) {
      const { roleId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeRoles);

        updateRoleDefinition(entra, roleId, definitionBody(planned));
      });
      return undefined;
    },

    async delete(id) {
      const { roleId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeRoles);
        deleteRoleDefinition(entra, roleId);
      });
    },
  };
}

function definitionBody({ displayName, description, enabled, version, permissions }: Properties) {
  return {
    displayName: text(displayName),
    description: textOrNull(description),
    isEnabled: flag(enabled),
    version: text(version),
    rolePermissions: records(permissions).map(({ allowedResourceActions }) => ({
      allowedResourceActions: texts(allowedResourceActions),
    })),
  };
}
