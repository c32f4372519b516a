import { applicationOf } from "../../entra/application-lookup.ts";
import { updateApplication } from "../../entra/applications.ts";
import { keyCredentialsOf } from "../../entra/key-credentials.ts";
import { rights } from "../../entra/rights.ts";
import type { Schema } from "../bridge/schema.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { notEmpty, oneOf, resourceIdIn, rfc3339, uuid } from "../bridge/validations.ts";
import { type Properties, ProviderError } from "../provider.ts";
import { UNKNOWN } from "../values.ts";
import type { Directory } from "./directory.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

const schema: Schema = {
  applicationId: { type: "string", use: "required", forceNew: true, validate: resourceIdIn("applications") },
  encoding: {
    type: "string",
    use: "optional",
    forceNew: true,
    default: "pem",
    validate: oneOf("base64", "hex", "pem"),
  },
  endDate: {
    type: "string",
    use: "optionalComputed",
    forceNew: true,
    conflictsWith: ["endDateRelative"],
    validate: rfc3339,
  },
  endDateRelative: {
    type: "string",
    use: "optional",
    forceNew: true,
    conflictsWith: ["endDate"],
    validate: notEmpty,
    deprecated: "give endDate instead.",
  },
  keyId: { type: "string", use: "optionalComputed", forceNew: true, validate: uuid },
  startDate: { type: "string", use: "optionalComputed", forceNew: true, validate: rfc3339 },
  type: {
    type: "string",
    use: "optional",
    forceNew: true,
    validate: oneOf("AsymmetricX509Cert", "Symmetric"),
  },
  value: { type: "string", use: "required", forceNew: true, sensitive: true },
};

/** https://www.pulumi.com/registry/packages/azuread/api-docs/applicationcertificate/ */
export function applicationCertificate(directory: Directory): SdkResource {
  const { application, applicationCertificate: ids } = resourceIds;
  return {
    schema,
    idComplaint: ids.complaint,

    async create(planned) {
      const { applicationId } = application.parse(text(planned.applicationId));
      if (text(planned.endDateRelative) !== "") {
        throw new ProviderError(
          "UNIMPLEMENTED",
          `the sandbox does not emulate "endDateRelative" of a certificate: give endDate`,
        );
      }
      const given = (name: string) => (planned[name] === UNKNOWN ? "" : text(planned[name]));
      return directory.write((entra, context) => {
        context.require(rights.writeApplications, applicationOf(entra, applicationId));

        const before = applicationOf(entra, applicationId).keyCredentials.map((credential) => ({
          ...credential,
        }));
        const keyId = given("keyId") || context.randomness.uuid();
        const [credential] = keyCredentialsOf(
          [
            {
              keyId,
              key: certificateIn(planned).toString("base64"),
              type: given("type") || "AsymmetricX509Cert",
              usage: "Verify",
              ...(given("startDate") === "" ? {} : { startDateTime: given("startDate") }),
              ...(given("endDate") === "" ? {} : { endDateTime: given("endDate") }),
            },
          ],
          [],
          context,
        );
        updateApplication(entra, applicationId, {
          keyCredentials: [...before, ...(credential ? [credential] : [])],
        });
        return { id: ids.format({ applicationId, keyId }) };
      });
    },

    async read(id) {
      const { applicationId, keyId } = ids.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);

        const { keyCredentials } = applicationOf(entra, applicationId);
        const credential = keyCredentials.find((candidate) => candidate.keyId === keyId);
        if (credential === undefined) return undefined;
        return {
          applicationId: application.format({ applicationId }),
          keyId,
          type: credential.type,
          startDate: credential.startDateTime,
          endDate: credential.endDateTime,
        };
      });
    },

    async delete(id) {
      const { applicationId, keyId } = ids.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));

        const kept = applicationOf(entra, applicationId).keyCredentials.filter(
          (credential) => credential.keyId !== keyId,
        );
        updateApplication(entra, applicationId, {
          keyCredentials: kept.map((credential) => ({ ...credential })),
        });
      });
    },
  };
}

/** The certificate's bytes: PEM text or DER. */
function certificateIn({ value, encoding }: Properties): Buffer {
  const content = text(value).trim();
  switch (encoding) {
    case "base64":
      return Buffer.from(content, "base64");
    case "hex":
      return Buffer.from(content, "hex");
    default:
      return Buffer.from(content, "utf8");
  }
}
