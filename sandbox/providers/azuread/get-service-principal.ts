import { rights } from "../../entra/rights.ts";
import { servicePrincipalOf, servicePrincipalOfClient } from "../../entra/service-principals.ts";
import type { EntraState, ServicePrincipal } from "../../entra/state.ts";
import type { ProviderFunction } from "../bridge/invoke.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import type { Properties } from "../provider.ts";
import type { Directory } from "./directory.ts";
import { theOnly } from "./lookups.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";
import { servicePrincipalOutputs } from "./service-principal-graph.ts";

const KEYS = ["clientId", "displayName", "objectId"];

/** https://www.pulumi.com/registry/packages/azuread/api-docs/getserviceprincipal/ */
export function getServicePrincipal(directory: Directory): ProviderFunction {
  return {
    args: {
      clientId: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: uuid },
      displayName: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: notEmpty },
      objectId: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: uuid },
    },
    async call(args) {
      return directory.read((entra, require) => {
        require(rights.readApplications);

        const found = theOnly("service principal", args, matches(entra, args));
        const { owners: _, samlSingleSignOn, ...rest } = servicePrincipalOutputs(entra, found);
        return {
          ...rest,
          id: resourceIds.servicePrincipal.format({ servicePrincipalId: found.id }),
          samlSingleSignOns: samlSingleSignOn ? [samlSingleSignOn] : [],
        };
      });
    },
  };
}

function matches(entra: EntraState, { clientId, displayName, objectId }: Properties): ServicePrincipal[] {
  if (objectId !== undefined) return [servicePrincipalOf(entra, text(objectId))];
  if (clientId !== undefined) {
    return [servicePrincipalOfClient(entra, text(clientId))].filter((found) => found !== undefined);
  }
  return Object.values(entra.servicePrincipals).filter((candidate) => candidate.displayName === displayName);
}
