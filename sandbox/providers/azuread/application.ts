import { applicationOf } from "../../entra/application-lookup.ts";
import { createApplication, deleteApplication, updateApplication } from "../../entra/applications.ts";
import { addPassword, removePassword } from "../../entra/passwords.ts";
import { rights } from "../../entra/rights.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import { applicationBody, applicationOutputs, plannedTags } from "./application-graph.ts";
import { refineApplicationPlan } from "./application-rules.ts";
import { applicationSchema } from "./application-schema.ts";
import type { Directory } from "./directory.ts";
import { requireUnusedName } from "./duplicate-names.ts";
import { type Loose, record, text, texts } from "./loose-values.ts";
import { addOwners, setOwners } from "./owners.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/application/ */
export function application(directory: Directory): SdkResource {
  return {
    schema: applicationSchema,
    idComplaint: resourceIds.application.complaint,

    refine(plan) {
      refineApplicationPlan(plan);
      const { recorded, planned } = plan;
      if (planned.preventDuplicateNames === true && planned.displayName !== recorded?.displayName) {
        directory.read((entra, require) => {
          require(rights.readApplications);
          requireUnusedName(Object.values(entra.applications), planned.displayName, recorded?.objectId);
        });
      }
    },

    async create(planned) {
      requireEmulated(planned);
      return directory.write((entra, context) => {
        context.require(rights.createApplications);
        const { properties, ...body } = applicationBody(planned);
        const tags = plannedTags(planned, undefined);
        const created = createApplication(entra, { ...body, properties: { ...properties, tags } }, context);
        addOwners(entra, "application", created.id, texts(planned.owners));
        const id = resourceIds.application.format({ applicationId: created.id });
        const password = record(planned.password);
        if (planned.password === null) return { id };
        const added = addPassword(applicationOf(entra, created.id), passwordArgs(password), context);
        return {
          id,
          outputs: { password: { ...passwordOutputs(added.credential), value: added.secretText } },
        };
      });
    },

    async read(id, carried) {
      const { applicationId } = resourceIds.application.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);
        const found = applicationOf(entra, applicationId);
        const { keyId, value } = record(carried.password);
        const credential = found.passwordCredentials.find((candidate) => candidate.keyId === keyId);
        return {
          ...applicationOutputs(entra, found),
          password: credential === undefined ? null : { ...passwordOutputs(credential), value: text(value) },
          logoImage: text(carried.logoImage),
          preventDuplicateNames: carried.preventDuplicateNames === true,
        };
      });
    },

    async update(id, planned, recorded) {
      const { applicationId } = resourceIds.application.parse(id);
      requireEmulated(planned);
      return directory.write((entra, context) => {
        context.require(rights.writeApplications, applicationOf(entra, applicationId));
        const { properties, ...body } = applicationBody(planned);
        const tags = plannedTags(planned, recorded);
        updateApplication(entra, applicationId, { ...body, properties: { ...properties, tags } });
        setOwners(entra, "application", applicationId, texts(planned.owners));
        const isNewPassword = record(planned.password).keyId === UNKNOWN;
        const { keyId } = record(recorded.password);
        if ((isNewPassword || planned.password === null) && typeof keyId === "string") {
          removePassword(applicationOf(entra, applicationId), keyId);
        }
        if (!isNewPassword) return undefined;
        const args = passwordArgs(record(planned.password));
        const added = addPassword(applicationOf(entra, applicationId), args, context);
        return { outputs: { password: { ...passwordOutputs(added.credential), value: added.secretText } } };
      });
    },

    async delete(id) {
      const { applicationId } = resourceIds.application.parse(id);
      await directory.write((entra, { nowMs, require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        deleteApplication(entra, applicationId, nowMs);
      });
    },
  };
}

function requireEmulated({ templateId, logoImage }: Properties): void {
  const refused = Object.entries({ templateId, logoImage }).filter(
    ([, value]) => typeof value === "string" && value !== "" && value !== UNKNOWN,
  );
  for (const [name] of refused) {
    throw new ProviderError("UNIMPLEMENTED", `the sandbox does not emulate "${name}" of an application`);
  }
}

function passwordArgs({ displayName, startDate, endDate }: Loose) {
  const given = (date: unknown) =>
    typeof date === "string" && date !== "" && date !== UNKNOWN ? date : null;
  return { displayName: text(displayName), startDateTime: given(startDate), endDateTime: given(endDate) };
}

function passwordOutputs(credential: {
  keyId: string;
  displayName: string | null;
  startDateTime: string;
  endDateTime: string;
}) {
  return {
    displayName: credential.displayName ?? "",
    startDate: credential.startDateTime,
    endDate: credential.endDateTime,
    keyId: credential.keyId,
  };
}
