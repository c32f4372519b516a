import type { Properties, ReadRequest } from "../provider.ts";
import { isObject } from "../values.ts";
import { importedInputs, inputsFromOutputs } from "./conversion.ts";
import { plain } from "./plain-values.ts";
import type { ResourceDefinition } from "./schema.ts";
import { diffObjects, withDiff } from "./value-diff.ts";

/**
 * The inputs after a read. Those of a resource that is not known yet come from what it is; those of a known one
 * follow what has changed in Azure since, and keep the program's own spelling of everything else.
 */
export function refreshedInputs(
  definition: ResourceDefinition,
  {
    id,
    properties,
    inputs,
    outputs,
  }: Pick<ReadRequest, "id" | "properties" | "inputs"> & { outputs: Properties },
): Properties {
  if (inputs === undefined) return importedInputs(definition, id, outputs);
  const recorded = plain(inputs);
  const before = inputsFromOutputs(definition, plain(properties ?? {}));
  const now = inputsFromOutputs(definition, withoutUnsetPolicies(definition, recorded, outputs));
  return withDiff(recorded, diffObjects(withoutUnsetPolicies(definition, recorded, before), now));
}

function withoutUnsetPolicies(
  definition: ResourceDefinition,
  inputs: Properties,
  outputs: Properties,
): Properties {
  const { properties } = outputs;
  const set = isObject(inputs.properties) && inputs.properties.accessPolicies !== undefined;
  if (definition.token !== "azure-native:keyvault:Vault" || set || !isObject(properties)) return outputs;
  const { accessPolicies: _, ...rest } = properties;
  return { ...outputs, properties: rest };
}
