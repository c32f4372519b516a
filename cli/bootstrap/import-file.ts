import type { ExistingResource } from "./existing.ts";

/** A line of `pulumi import --file` (https://www.pulumi.com/docs/iac/cli/commands/pulumi_import/). */
export interface ImportLine {
  type: string;
  /** Unlike every other: lines refer to each other by it. */
  name: string;
  logicalName: string;
  id?: string;
  parent?: string;
  component?: true;
  version?: string;
}

/** Versions of the SDKs in use: the program asks for the same providers, or each would be replaced by the next run. */
export interface ProviderVersions {
  azureNative: string;
  azuread: string;
}

/** What Pulumi must know of the resources that exist, components before what belongs to them. Pure. */
export function importFile(
  existing: readonly ExistingResource[],
  versions: ProviderVersions,
): { resources: ImportLine[] } {
  const components = new Map<string, ImportLine>();
  const lines = existing.map(({ resource: { type, name, parent }, id }, index): ImportLine => {
    const line: ImportLine = {
      type,
      name: `resource-${index}`,
      logicalName: name,
      id,
      version: type.startsWith("azuread:") ? versions.azuread : versions.azureNative,
    };
    if (parent === undefined) return line;
    const key = `${parent.type} ${parent.name}`;
    const component = components.get(key) ?? {
      type: parent.type,
      name: `component-${components.size}`,
      logicalName: parent.name,
      component: true as const,
    };
    components.set(key, component);
    return { ...line, parent: component.name };
  });
  return { resources: [...components.values(), ...lines] };
}
