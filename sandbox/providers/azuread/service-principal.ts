import { rights } from "../../entra/rights.ts";
import {
  createServicePrincipal,
  deleteServicePrincipal,
  servicePrincipalOf,
  servicePrincipalOfClient,
  updateServicePrincipal,
} from "../../entra/service-principals.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { ProviderError } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { text, texts } from "./loose-values.ts";
import { addOwners, setOwners } from "./owners.ts";
import { resourceIds } from "./resource-ids.ts";
import { servicePrincipalBody, servicePrincipalOutputs } from "./service-principal-graph.ts";
import { servicePrincipalSchema } from "./service-principal-schema.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/serviceprincipal/ */
export function servicePrincipal(directory: Directory): SdkResource {
  const ids = resourceIds.servicePrincipal;
  return {
    schema: servicePrincipalSchema,
    idComplaint: ids.complaint,

    async create(planned) {
      const appId = text(planned.clientId);
      const body = servicePrincipalBody(planned, undefined);
      const servicePrincipalId = await directory.write((entra, context) => {
        const existing = servicePrincipalOfClient(entra, appId);
        if (existing === undefined) {
          context.require(rights.createApplications);

          const { id } = createServicePrincipal(entra, { ...body, appId }, context);
          addOwners(entra, "servicePrincipal", id, texts(planned.owners));
          return id;
        }
        const { id } = existing;
        if (planned.useExisting !== true) {
          throw new ProviderError(
            "UNKNOWN",
            `A resource with the ID "${ids.format({ servicePrincipalId: id })}" already exists - to be managed via Terraform this resource needs to be imported into the State. Please see the resource documentation for "azuread_service_principal" for more information.`,
          );
        }
        context.require(rights.writeApplications, existing);
        updateServicePrincipal(entra, id, body);
        setOwners(entra, "servicePrincipal", id, texts(planned.owners));
        return id;
      });
      return { id: ids.format({ servicePrincipalId }) };
    },

    async read(id) {
      const { servicePrincipalId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);
        return servicePrincipalOutputs(entra, servicePrincipalOf(entra, servicePrincipalId));
      });
    },

    async update(id, planned, recorded) {
      const { servicePrincipalId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, servicePrincipalOf(entra, servicePrincipalId));
        updateServicePrincipal(entra, servicePrincipalId, servicePrincipalBody(planned, recorded));
        setOwners(entra, "servicePrincipal", servicePrincipalId, texts(planned.owners));
      });
      return undefined;
    },

    async delete(id, recorded) {
      const { servicePrincipalId } = ids.parse(id);
      try {
        await directory.write((entra, { nowMs, require }) => {
          require(rights.writeApplications, servicePrincipalOf(entra, servicePrincipalId));
          deleteServicePrincipal(entra, servicePrincipalId, nowMs);
        });
      } catch (error) {
        // The real provider deletes one that was taken over, too; only, it does not mind when it cannot.
        if (recorded.useExisting !== true) throw error;
      }
    },
  };
}
