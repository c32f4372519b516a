import { rights } from "../../entra/rights.ts";
import { servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type { EntraState, ServicePrincipal } from "../../entra/state.ts";
import type { ProviderFunction } from "../bridge/invoke.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import type { Properties } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { eachOf, hashOfList } from "./lookups.ts";
import { texts } from "./loose-values.ts";
import { servicePrincipalOutputs } from "./service-principal-graph.ts";

const KEYS = ["clientIds", "displayNames", "objectIds", "returnAll"];

/** What the list tells of each; the single look-up tells more. */
const TOLD = [
  "accountEnabled",
  "appRoleAssignmentRequired",
  "applicationTenantId",
  "clientId",
  "displayName",
  "objectId",
  "preferredSingleSignOnMode",
  "samlMetadataUrl",
  "servicePrincipalNames",
  "signInAudience",
  "tags",
  "type",
];

/** https://www.pulumi.com/registry/packages/azuread/api-docs/getserviceprincipals/ */
export function getServicePrincipals(directory: Directory): ProviderFunction {
  return {
    args: {
      clientIds: {
        type: "list",
        use: "optional",
        exactlyOneOf: KEYS,
        of: { type: "string", validate: uuid },
      },
      displayNames: {
        type: "list",
        use: "optional",
        exactlyOneOf: KEYS,
        of: { type: "string", validate: notEmpty },
      },
      ignoreMissing: { type: "bool", use: "optional", default: false, conflictsWith: ["returnAll"] },
      objectIds: {
        type: "list",
        use: "optional",
        exactlyOneOf: KEYS,
        of: { type: "string", validate: uuid },
      },
      returnAll: {
        type: "bool",
        use: "optional",
        default: false,
        conflictsWith: ["ignoreMissing"],
        exactlyOneOf: KEYS,
      },
    },
    async call(args) {
      return directory.read((entra, require) => {
        require(rights.readApplications);

        const found = matches(entra, args);
        const objectIds = found.map(({ id }) => id);
        return {
          id: hashOfList("serviceprincipals", objectIds, "/"),
          clientIds: found.map(({ appId }) => appId),
          displayNames: found.map(({ displayName }) => displayName),
          ignoreMissing: args.ignoreMissing ?? false,
          objectIds,
          returnAll: args.returnAll ?? false,
          servicePrincipals: found.map((servicePrincipal) => {
            const outputs = servicePrincipalOutputs(entra, servicePrincipal);
            return Object.fromEntries(TOLD.map((name) => [name, outputs[name] ?? null]));
          }),
        };
      });
    },
  };
}

function matches(entra: EntraState, args: Properties): ServicePrincipal[] {
  const { clientIds, displayNames, objectIds, ignoreMissing } = args;
  const all = Object.values(entra.servicePrincipals);
  const kind = "service principal";
  const skip = ignoreMissing === true;
  if (clientIds !== undefined) {
    const ofClient = (id: string) =>
      [servicePrincipalOfClient(entra, id)].filter((found) => found !== undefined);
    return eachOf(kind, "clientId", texts(clientIds), ofClient, skip);
  }
  if (displayNames !== undefined) {
    return eachOf(
      kind,
      "displayName",
      texts(displayNames),
      (name) => all.filter(({ displayName }) => displayName === name),
      skip,
    );
  }
  if (objectIds !== undefined) {
    return eachOf(
      kind,
      "objectId",
      texts(objectIds),
      (wanted) => all.filter(({ id }) => id === wanted.toLowerCase()),
      skip,
    );
  }
  return all;
}
