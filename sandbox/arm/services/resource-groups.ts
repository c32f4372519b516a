import { badRequest } from "../errors.ts";
import type { StoredType } from "../resource-types.ts";

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
const NAME = /^[-\p{L}\p{N}_.()]{0,89}[-\p{L}\p{N}_()]$/u;

/** https://learn.microsoft.com/rest/api/resources/resource-groups */
export const resourceGroups: StoredType = {
  kind: "stored",
  type: "Microsoft.Resources/resourceGroups",
  tracked: true,
  write({ id, body }) {
    if (!NAME.test(id.name)) {
      throw badRequest(
        `The provided resource group name '${id.name}' has these invalid characters or ends with a period. The name ` +
          "can only be letters, digits, '-', '.', '(', ')' or '_', 90 characters at most, and not end with a period.",
        "InvalidResourceGroup",
      );
    }
    return { properties: { provisioningState: "Succeeded" }, extra: { managedBy: body.managedBy } };
  },
};
