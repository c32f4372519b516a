import { servicePrincipalOf } from "../../entra/service-principals.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { resourceIdIn } from "../bridge/validations.ts";
import type { Directory } from "./directory.ts";
import { passwordResource } from "./password-resource.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipalpassword/ */
export function servicePrincipalPassword(directory: Directory): SdkResource {
  const { servicePrincipal, servicePrincipalPassword: id } = resourceIds;
  return passwordResource(directory, {
    input: "servicePrincipalId",
    property: {
      type: "string",
      use: "required",
      forceNew: true,
      validate: resourceIdIn("servicePrincipals"),
    },
    holderOf: servicePrincipalOf,
    objectIdIn: (input) => servicePrincipal.parse(input).servicePrincipalId,
    inputFor: (servicePrincipalId) => servicePrincipal.format({ servicePrincipalId }),
    idOf: (servicePrincipalId, keyId) => id.format({ servicePrincipalId, keyId }),
    partsOf: (text) => {
      const { servicePrincipalId, keyId } = id.parse(text);
      return { objectId: servicePrincipalId, keyId };
    },
    idComplaint: id.complaint,
  });
}
