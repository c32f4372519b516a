import { applicationOf, applicationOfClient, identifierUrisOf } from "../../entra/application-lookup.ts";
import { rights } from "../../entra/rights.ts";
import type { Application, EntraState } from "../../entra/state.ts";
import type { ProviderFunction } from "../bridge/invoke.ts";
import { notEmpty, uuid } from "../bridge/validations.ts";
import type { Properties } from "../provider.ts";
import { applicationOutputs } from "./application-graph.ts";
import type { Directory } from "./directory.ts";
import { theOnly } from "./lookups.ts";
import { text } from "./loose-values.ts";
import { resourceIds } from "./resource-ids.ts";

const KEYS = ["clientId", "displayName", "identifierUri", "objectId"];

/** https://www.pulumi.com/registry/packages/azuread/api-docs/getapplication/ */
export function getApplication(directory: Directory): ProviderFunction {
  return {
    args: {
      clientId: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: uuid },
      displayName: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: notEmpty },
      identifierUri: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: notEmpty },
      objectId: { type: "string", use: "optional", exactlyOneOf: KEYS, validate: uuid },
    },
    async call(args) {
      return directory.read((entra, require) => {
        require(rights.readApplications);

        const found = theOnly("application", args, matches(entra, args));
        const {
          api,
          optionalClaims,
          publicClient,
          singlePageApplication,
          web,
          password: _,
          templateId: __,
          ...rest
        } = applicationOutputs(entra, found);
        return {
          ...rest,
          id: resourceIds.application.format({ applicationId: found.id }),
          identifierUri: text(args.identifierUri),
          apis: listOf(api),
          optionalClaims: listOf(optionalClaims),
          publicClients: listOf(publicClient),
          singlePageApplications: listOf(singlePageApplication),
          webs: webs(web),
        };
      });
    },
  };
}

function matches(
  entra: EntraState,
  { clientId, displayName, identifierUri, objectId }: Properties,
): Application[] {
  const all = Object.values(entra.applications);
  if (objectId !== undefined) return [applicationOf(entra, text(objectId))];
  if (clientId !== undefined)
    return [applicationOfClient(entra, text(clientId))].filter((found) => found !== undefined);
  if (displayName !== undefined) return all.filter((application) => application.displayName === displayName);
  return all.filter((application) => identifierUrisOf(application).includes(text(identifierUri)));
}

/** A function shows a nested object as a list of one. */
function listOf(block: Properties[string] | undefined) {
  return block === undefined || block === null ? [] : [block];
}

function webs(web: Properties[string] | undefined) {
  return listOf(web).map((block) => {
    const { implicitGrant, ...rest } = block as Properties;
    return { ...rest, implicitGrants: listOf(implicitGrant) };
  });
}
