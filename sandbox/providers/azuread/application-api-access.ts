import { applicationOf } from "../../entra/application-lookup.ts";
import { updateApplication } from "../../entra/applications.ts";
import { rights } from "../../entra/rights.ts";
import type { EntraState, RequiredResourceAccess } from "../../entra/state.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { resourceIdIn, uuid } from "../bridge/validations.ts";
import { type Properties, ProviderError } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { text, texts } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationapiaccess/ */
export function applicationApiAccess(directory: Directory): SdkResource {
  const { application, applicationApiAccess: ids } = resourceIds;
  return {
    schema: {
      apiClientId: { type: "string", use: "required", forceNew: true, validate: uuid },
      applicationId: {
        type: "string",
        use: "required",
        forceNew: true,
        validate: resourceIdIn("applications"),
      },
      roleIds: {
        type: "set",
        use: "optional",
        atLeastOneOf: ["roleIds", "scopeIds"],
        of: { type: "string", validate: uuid },
      },
      scopeIds: {
        type: "set",
        use: "optional",
        atLeastOneOf: ["roleIds", "scopeIds"],
        of: { type: "string", validate: uuid },
      },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const { applicationId } = application.parse(text(planned.applicationId));
      const apiClientId = text(planned.apiClientId);
      const id = ids.format({ applicationId, apiClientId });
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        const before = accessesOf(entra, applicationId);
        if (before.some((access) => isOf(access, apiClientId))) {
          throw new ProviderError("UNKNOWN", `${id} exists already: import it`);
        }
        setAccesses(entra, applicationId, [...before, accessOf(planned)]);
      });
      return { id };
    },

    async read(id) {
      const { applicationId, apiClientId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);

        const access = accessesOf(entra, applicationId).find((candidate) => isOf(candidate, apiClientId));
        if (access === undefined) return undefined;
        const idsOf = (type: string) =>
          access.resourceAccess
            .filter((permission) => permission.type === type)
            .map((permission) => permission.id);
        return {
          applicationId: application.format({ applicationId }),
          apiClientId: access.resourceAppId,
          roleIds: idsOf("Role"),
          scopeIds: idsOf("Scope"),
        };
      });
    },

    async update(id, planned) {
      const { applicationId, apiClientId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        const before = existing(entra, applicationId, apiClientId, id);
        const after = before.map((access) => (isOf(access, apiClientId) ? accessOf(planned) : access));
        setAccesses(entra, applicationId, after);
      });
      return undefined;
    },

    async delete(id) {
      const { applicationId, apiClientId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        const before = existing(entra, applicationId, apiClientId, id);
        setAccesses(
          entra,
          applicationId,
          before.filter((access) => !isOf(access, apiClientId)),
        );
      });
    },
  };
}

/** Copies, for the list is written back whole. */
function accessesOf(entra: EntraState, applicationId: string): RequiredResourceAccess[] {
  return applicationOf(entra, applicationId).requiredResourceAccess.map(
    ({ resourceAppId, resourceAccess }) => ({
      resourceAppId,
      resourceAccess: resourceAccess.map((permission) => ({ ...permission })),
    }),
  );
}

function existing(entra: EntraState, applicationId: string, apiClientId: string, id: string) {
  const accesses = accessesOf(entra, applicationId);
  if (accesses.some((access) => isOf(access, apiClientId))) return accesses;
  throw new ProviderError("UNKNOWN", `${id} does not exist`);
}

function setAccesses(entra: EntraState, applicationId: string, accesses: RequiredResourceAccess[]): void {
  updateApplication(entra, applicationId, { requiredResourceAccess: accesses });
}

function isOf(access: RequiredResourceAccess, apiClientId: string): boolean {
  return access.resourceAppId.toLowerCase() === apiClientId.toLowerCase();
}

function accessOf({ apiClientId, roleIds, scopeIds }: Properties): RequiredResourceAccess {
  return {
    resourceAppId: text(apiClientId),
    resourceAccess: [
      ...texts(roleIds).map((id) => ({ id, type: "Role" as const })),
      ...texts(scopeIds).map((id) => ({ id, type: "Scope" as const })),
    ],
  };
}
