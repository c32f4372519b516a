import { applicationOf } from "../../entra/application-lookup.ts";
import {
  createFederatedCredential,
  deleteFederatedCredential,
  federatedCredentialOf,
  updateFederatedCredential,
} from "../../entra/federated-credentials.ts";
import { rights } from "../../entra/rights.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { lengthBetween, notEmpty, resourceIdIn } from "../bridge/validations.ts";
import type { Properties } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { text, textOrNull, texts } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationfederatedidentitycredential/ */
export function applicationFederatedIdentityCredential(directory: Directory): SdkResource {
  const { application, federatedIdentityCredential: ids } = resourceIds;
  const changeable = ({ issuer, subject, audiences, description }: Properties) => ({
    issuer: text(issuer),
    subject: text(subject),
    audiences: texts(audiences),
    description: textOrNull(description),
  });
  return {
    schema: {
      applicationId: {
        type: "string",
        use: "required",
        forceNew: true,
        validate: resourceIdIn("applications"),
      },
      audiences: { type: "list", use: "required", of: { type: "string", validate: notEmpty }, maxItems: 1 },
      credentialId: { type: "string", use: "output" },
      description: { type: "string", use: "optional" },
      displayName: { type: "string", use: "required", forceNew: true, validate: lengthBetween(1, 120) },
      issuer: { type: "string", use: "required" },
      subject: { type: "string", use: "required" },
    },
    idComplaint: ids.complaint,

    async create(planned) {
      const { applicationId } = application.parse(text(planned.applicationId));
      const body = { name: text(planned.displayName), ...changeable(planned) };
      const credentialId = await directory.write((entra, context) => {
        context.require(rights.writeApplications, applicationOf(entra, applicationId));
        return createFederatedCredential(entra, applicationId, body, context).id;
      });
      return { id: ids.format({ applicationId, credentialId }) };
    },

    async read(id) {
      const { applicationId, credentialId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);

        const credential = federatedCredentialOf(entra, applicationId, credentialId);
        return {
          applicationId: application.format({ applicationId }),
          audiences: [...credential.audiences],
          credentialId: credential.id,
          description: credential.description ?? "",
          displayName: credential.name,
          issuer: credential.issuer,
          subject: credential.subject,
        };
      });
    },

    async update(id, planned) {
      const { applicationId, credentialId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        updateFederatedCredential(entra, applicationId, credentialId, changeable(planned));
      });
      return undefined;
    },

    async delete(id) {
      const { applicationId, credentialId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        deleteFederatedCredential(entra, applicationId, credentialId);
      });
    },
  };
}
