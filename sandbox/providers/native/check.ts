import { resourceKey } from "../../arm/resource-id.ts";
import type { State } from "../../state.ts";
import type { CheckRequest, CheckResponse, Properties, PropertyValue } from "../provider.ts";
import { containsUnknown, UNKNOWN } from "../values.ts";
import { autoName, CREATE_BEFORE_DELETE } from "./auto-name.ts";
import { type Field, type Fields, pathParameters, type ResourceDefinition } from "./schema.ts";
import { validate } from "./validate.ts";

export interface Defaults {
  /** The provider's `location` setting. */
  location: string | undefined;
  subscriptionId: string;
}

/** A program's inputs with what the provider adds to them, and all that is wrong with them. */
export function checkInputs(
  definition: ResourceDefinition,
  request: CheckRequest,
  state: State,
  defaults: Defaults,
): CheckResponse {
  const inputs: Properties = { ...request.news };
  const { property } = definition.autoName;
  if (inputs[property] === undefined) {
    const named = autoName(definition, request);
    if (named !== undefined) inputs[property] = named.name;
    if (named?.madeUp) inputs[CREATE_BEFORE_DELETE] = true;
  }
  if (definition.inputs.location !== undefined && inputs.location === undefined) {
    const location = defaultLocation(inputs, request.olds, state, defaults);
    if (location !== undefined) inputs.location = location;
  }
  inputs.azureApiVersion ??= definition.apiVersion;
  const failures = validate(allowedFields(definition), inputs);
  return { inputs, failures };
}

function defaultLocation(
  { resourceGroupName }: Properties,
  olds: Properties | undefined,
  state: State,
  { location, subscriptionId }: Defaults,
): PropertyValue | undefined {
  if (olds?.location !== undefined) return olds.location;
  if (location !== undefined) return location;
  if (resourceGroupName === undefined) return undefined;
  if (containsUnknown(resourceGroupName)) return UNKNOWN;
  const id = `/subscriptions/${subscriptionId}/resourceGroups/${String(resourceGroupName)}`;
  return state.arm.resources[resourceKey(id)]?.location ?? undefined;
}

/** What the program may give, what is in the path required, and the version that the provider adds. */
function allowedFields(definition: ResourceDefinition): Fields {
  const needed = new Set([
    ...pathParameters(definition),
    ...(definition.optionalLocation ? [] : ["location"]),
  ]);
  const fields: [string, Field][] = Object.entries(definition.inputs).map(([name, field]) => [
    name,
    needed.has(name) ? { ...field, required: true } : field,
  ]);
  return { ...Object.fromEntries(fields), azureApiVersion: { kind: "string" } };
}
