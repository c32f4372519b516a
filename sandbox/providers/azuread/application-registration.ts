import { applicationOf } from "../../entra/application-lookup.ts";
import {
  type ApplicationBody,
  createApplication,
  deleteApplication,
  updateApplication,
} from "../../entra/applications.ts";
import { rights } from "../../entra/rights.ts";
import type { Schema } from "../bridge/schema.ts";
import type { SdkResource } from "../bridge/sdk-resource.ts";
import { httpUrl, integerBetweenBounds, lengthBetween, logoutUrl, notEmpty } from "../bridge/validations.ts";
import type { Properties } from "../provider.ts";
import { claimsBody, claimsIn, infoBody, infoOutputs } from "./application-graph.ts";
import { groupMembershipClaim, signInAudience } from "./application-schema.ts";
import type { Directory } from "./directory.ts";
import { flag, record, text, textOrNull } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

const schema: Schema = {
  clientId: { type: "string", use: "output" },
  description: { type: "string", use: "optional", validate: lengthBetween(0, 1024) },
  disabledByMicrosoft: { type: "string", use: "output" },
  displayName: { type: "string", use: "required", validate: notEmpty },
  groupMembershipClaims: {
    type: "set",
    use: "optional",
    of: { type: "string", validate: groupMembershipClaim },
  },
  homepageUrl: { type: "string", use: "optional", validate: httpUrl },
  implicitAccessTokenIssuanceEnabled: { type: "bool", use: "optional" },
  implicitIdTokenIssuanceEnabled: { type: "bool", use: "optional" },
  logoutUrl: { type: "string", use: "optional", validate: logoutUrl },
  marketingUrl: { type: "string", use: "optional", validate: httpUrl },
  notes: { type: "string", use: "optional", validate: notEmpty },
  objectId: { type: "string", use: "output" },
  privacyStatementUrl: { type: "string", use: "optional", validate: httpUrl },
  publisherDomain: { type: "string", use: "output" },
  requestedAccessTokenVersion: {
    type: "int",
    use: "optional",
    default: 2,
    validate: integerBetweenBounds(1, 2),
  },
  serviceManagementReference: { type: "string", use: "optional", validate: notEmpty },
  signInAudience: { type: "string", use: "optional", default: "AzureADMyOrg", validate: signInAudience },
  supportUrl: { type: "string", use: "optional", validate: httpUrl },
  termsOfServiceUrl: { type: "string", use: "optional", validate: httpUrl },
};

/**
 * An application without its parts, which are resources of their own.
 * https://www.pulumi.com/registry/packages/azuread/api-docs/applicationregistration/
 */
export function applicationRegistration(directory: Directory): SdkResource {
  return {
    schema,
    idComplaint: resourceIds.application.complaint,

    async create(planned) {
      const { principalId } = await directory.caller();
      const created = await directory.write((entra, context) => {
        context.require(rights.createApplications);
        return createApplication(entra, { ...body(planned), createdBy: principalId }, context).id;
      });
      return { id: resourceIds.application.format({ applicationId: created }) };
    },

    async read(id) {
      const { applicationId } = resourceIds.application.parse(id);
      return directory.find((entra, require) => {
        require(rights.readApplications);

        const {
          appId,
          displayName,
          signInAudience: audience,
          properties,
        } = applicationOf(entra, applicationId);
        const web = record(properties.web);
        const grant = record(web.implicitGrantSettings);
        return {
          clientId: appId,
          description: text(properties.description),
          disabledByMicrosoft: text(properties.disabledByMicrosoftStatus),
          displayName,
          groupMembershipClaims: claimsIn(properties.groupMembershipClaims),
          homepageUrl: text(web.homePageUrl),
          implicitAccessTokenIssuanceEnabled: flag(grant.enableAccessTokenIssuance),
          implicitIdTokenIssuanceEnabled: flag(grant.enableIdTokenIssuance),
          logoutUrl: text(web.logoutUrl),
          ...infoOutputs(properties),
          notes: text(properties.notes),
          objectId: applicationId,
          publisherDomain: entra.tenant.domain,
          requestedAccessTokenVersion: Number(record(properties.api).requestedAccessTokenVersion ?? 0),
          serviceManagementReference: text(properties.serviceManagementReference),
          signInAudience: audience,
        };
      });
    },

    async update(id, planned) {
      const { applicationId } = resourceIds.application.parse(id);
      await directory.write((entra, { require }) => {
        require(rights.writeApplications, applicationOf(entra, applicationId));
        updateApplication(entra, applicationId, body(planned));
      });
      return undefined;
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

/** Only what this resource knows: redirect URIs, roles and the like may have been set by others. */
function body(planned: Properties): ApplicationBody {
  return {
    displayName: text(planned.displayName),
    signInAudience: text(planned.signInAudience),
    properties: {
      api: { requestedAccessTokenVersion: Number(planned.requestedAccessTokenVersion) },
      description: textOrNull(planned.description),
      groupMembershipClaims: claimsBody(planned.groupMembershipClaims),
      info: infoBody(planned),
      notes: textOrNull(planned.notes),
      serviceManagementReference: textOrNull(planned.serviceManagementReference),
      web: {
        homePageUrl: textOrNull(planned.homepageUrl),
        implicitGrantSettings: {
          enableAccessTokenIssuance: flag(planned.implicitAccessTokenIssuanceEnabled),
          enableIdTokenIssuance: flag(planned.implicitIdTokenIssuanceEnabled),
        },
        logoutUrl: textOrNull(planned.logoutUrl),
      },
    },
  };
}
