import {
  activateDirectoryRole,
  directoryRoleOf,
  directoryRoleOfTemplate,
} from "../../entra/directory-roles.ts";
import { rights } from "../../entra/rights.ts";
import { directoryRoleTemplates } from "../../entra/well-known/directory-role-templates.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import type { Directory } from "./directory.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** A built-in role, made usable. https://www.pulumi.com/registry/packages/azuread/api-docs/directoryrole/ */
export function directoryRole(directory: Directory): SdkResource {
  const ids = resourceIds.directoryRole;
  return {
    schema: {
      description: { type: "string", use: "output" },
      displayName: {
        type: "string",
        use: "optionalComputed",
        forceNew: true,
        ignoreCase: true,
        exactlyOneOf: ["displayName", "templateId"],
        validate: notEmpty,
      },
      objectId: { type: "string", use: "output" },
      templateId: {
        type: "string",
        use: "optionalComputed",
        forceNew: true,
        exactlyOneOf: ["displayName", "templateId"],
        validate: uuid,
      },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const templateId = templateIn(planned);
      const roleId = await directory.write((entra, context) => {
        context.require(rights.readRoles);
        const active = directoryRoleOfTemplate(entra, templateId);
        if (active !== undefined) return active.id;
        context.require(rights.writeRoles);
        return activateDirectoryRole(entra, templateId, context).id;
      });
      return { id: ids.format({ roleId }) };
    },

    async read(id) {
      const { roleId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readRoles);

        const { description, displayName, roleTemplateId } = directoryRoleOf(entra, roleId);
        return { description, displayName, objectId: roleId, templateId: roleTemplateId };
      });
    },

    /** A built-in role cannot be switched off again. */
    async delete() {},
  };
}

function templateIn({ displayName, templateId }: Properties): string {
  if (templateId !== UNKNOWN) return text(templateId);
  const wanted = text(displayName).toLowerCase();
  const template = directoryRoleTemplates.find((candidate) => candidate.displayName.toLowerCase() === wanted);
  if (template === undefined) {
    throw new ProviderError("UNKNOWN", `no directory role template has the display name "${displayName}"`);
  }
  return template.id;
}
