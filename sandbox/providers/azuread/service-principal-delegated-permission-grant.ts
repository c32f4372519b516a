import {
  createPermissionGrant,
  deletePermissionGrant,
  permissionGrantOf,
  updatePermissionGrant,
} from "../../entra/permission-grants.ts";
import { rights } from "../../entra/rights.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import type { Directory } from "./directory.ts";
import { text, textOrNull, texts } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipaldelegatedpermissiongrant/ */
export function servicePrincipalDelegatedPermissionGrant(directory: Directory): SdkResource {
  const ids = resourceIds.delegatedPermissionGrant;
  return {
    schema: {
      claimValues: { type: "set", use: "required", of: { type: "string", validate: notEmpty }, minItems: 1 },
      resourceServicePrincipalObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
      servicePrincipalObjectId: { type: "string", use: "required", forceNew: true, validate: uuid },
      userObjectId: { type: "string", use: "optional", forceNew: true, validate: uuid },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const principalId = textOrNull(planned.userObjectId);
      const body = {
        clientId: text(planned.servicePrincipalObjectId),
        resourceId: text(planned.resourceServicePrincipalObjectId),
        scope: texts(planned.claimValues).join(" "),
        principalId,
        consentType: principalId === null ? "AllPrincipals" : "Principal",
      };
      const grantId = await directory.write((entra, context) => {
        context.require(rights.writeGrants);
        return createPermissionGrant(entra, body, context).id;
      });
      return { id: ids.format({ grantId }) };
    },

    async read(id) {
      const { grantId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readGrants);

        const grant = permissionGrantOf(entra, grantId);
        return {
          claimValues: grant.scope.split(" ").filter((scope) => scope !== ""),
          resourceServicePrincipalObjectId: grant.resourceId,
          servicePrincipalObjectId: grant.clientId,
          userObjectId: grant.principalId ?? "",
        };
      });
    },

    async update(id, planned) {
      const { grantId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeGrants);

        updatePermissionGrant(entra, grantId, texts(planned.claimValues).join(" "));
      });
      return undefined;
    },

    async delete(id) {
      const { grantId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeGrants);
        deletePermissionGrant(entra, grantId);
      });
    },
  };
}
