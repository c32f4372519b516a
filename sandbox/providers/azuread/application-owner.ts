import { applicationOf } from "../../entra/application-lookup.ts";
import { addOwner, removeOwner } from "../../entra/references.ts";
import { rights } from "../../entra/rights.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { resourceIdIn, uuid } from "../bridge/validations.ts";
import type { Directory } from "./directory.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationowner/ */
export function applicationOwner(directory: Directory): SdkResource {
  const { application, applicationOwner: ids } = resourceIds;
  return {
    schema: {
      applicationId: {
        type: "string",
        use: "required",
        forceNew: true,
        validate: resourceIdIn("applications"),
      },
      ownerObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const { applicationId } = application.parse(text(planned.applicationId));
      const ownerId = text(planned.ownerObjectId);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        addOwner(entra, "application", applicationId, ownerId);
      });
      return { id: ids.format({ applicationId, ownerId }) };
    },

    async read(id) {
      const { applicationId, ownerId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);
        return applicationOf(entra, applicationId).owners.includes(ownerId.toLowerCase())
          ? { applicationId: application.format({ applicationId }), ownerObjectId: ownerId }
          : undefined;
      });
    },

    async delete(id) {
      const { applicationId, ownerId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        removeOwner(entra, "application", applicationId, ownerId);
      });
    },
  };
}
