import { applicationOf } from "../../entra/application-lookup.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { resourceIdIn } from "../bridge/validations.ts";
import type { Directory } from "./directory.ts";
import { passwordResource } from "./password-resource.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationpassword/ */
export function applicationPassword(directory: Directory): SdkResource {
  const { application, applicationPassword: id } = resourceIds;
  return passwordResource(directory, {
    input: "applicationId",
    property: { type: "string", use: "required", forceNew: true, validate: resourceIdIn("applications") },
    holderOf: applicationOf,
    objectIdIn: (input) => application.parse(input).applicationId,
    inputFor: (applicationId) => application.format({ applicationId }),
    idOf: (applicationId, keyId) => id.format({ applicationId, keyId }),
    partsOf: (text) => {
      const { applicationId, keyId } = id.parse(text);
      return { objectId: applicationId, keyId };
    },
    idComplaint: id.complaint,
  });
}
