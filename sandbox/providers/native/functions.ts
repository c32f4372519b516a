import type { Properties } from "../provider.ts";
import { RESOURCE_DEFINITIONS } from "./resources/index.ts";
import { type Fields, pathParameters, type ResourceDefinition, required, string } from "./schema.ts";

/** What a function of the provider takes, and which resource it asks. */
export interface FunctionDefinition {
  token: string;
  inputs: Fields;
  resource: ResourceDefinition;
  /** For a POST on the resource: what it answers, out of what the service keeps to itself. */
  action?: (hidden: Record<string, unknown>) => Properties;
}

/** Each resource type's own getter: `azure-native:keyvault:getSecret` reads an `azure-native:keyvault:Secret`. */
const getters: FunctionDefinition[] = RESOURCE_DEFINITIONS.map((resource) => {
  const [provider, module, type] = resource.token.split(":");
  return {
    token: `${provider}:${module}:get${type}`,
    inputs: Object.fromEntries(pathParameters(resource).map((name) => [name, required(string)])),
    resource,
  };
});

const workspaceGetter = getters.find(
  ({ token }) => token === "azure-native:operationalinsights:getWorkspace",
);

/** The functions that read resources. */
export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    ...getters,
    ...(workspaceGetter === undefined
      ? []
      : [
          {
            ...workspaceGetter,
            token: "azure-native:operationalinsights:getSharedKeys",
            action: ({ primarySharedKey, secondarySharedKey }: Record<string, unknown>) => ({
              primarySharedKey: String(primarySharedKey),
              secondarySharedKey: String(secondarySharedKey),
            }),
          },
        ]),
  ].map((definition) => [definition.token, definition]),
);
