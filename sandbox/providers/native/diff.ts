import type { DiffKind, DiffRequest, DiffResponse, Properties } from "../provider.ts";
import { CREATE_BEFORE_DELETE } from "./auto-name.ts";
import { pathParameters, type ResourceDefinition } from "./schema.ts";
import { diffObjects, type ObjectDiff, type ValueDiff } from "./value-diff.ts";

const NO_CHANGE: DiffResponse = {
  changes: "DIFF_NONE",
  replaces: [],
  diffs: [],
  stables: [],
  deleteBeforeReplace: false,
};

/** What changes between the recorded inputs and the new ones, and what of it replaces the resource. */
export function diffInputs(
  definition: ResourceDefinition,
  { olds, oldInputs, news }: Pick<DiffRequest, "olds" | "oldInputs" | "news">,
): DiffResponse {
  const before: Properties = { ...oldInputs };
  // An imported resource, or one of an older provider, has the version in its outputs alone.
  if (before.azureApiVersion === undefined && olds.azureApiVersion !== undefined) {
    before.azureApiVersion = olds.azureApiVersion;
  }
  const diff = diffObjects(before, news);
  if (diff === undefined) return NO_CHANGE;

  const detailed = detailedDiff(withoutSpelling(diff), replacingKeys(definition));
  const diffs: string[] = [];
  const replaces: string[] = [];
  for (const [path, kind] of detailed) {
    if (kind === "ADD" && isDefault(definition, path, news)) continue;
    if (kind === "ADD_REPLACE" && olds[path] !== undefined && olds[path] === news[path]) {
      // The service had filled in just this value: saying it in the program changes nothing.
      detailed.set(path, "ADD");
    } else if (kind.endsWith("_REPLACE")) replaces.push(path);
    diffs.push(path.split(".")[0] ?? path);
  }
  return {
    changes: diffs.length > 0 ? "DIFF_SOME" : "DIFF_NONE",
    replaces,
    diffs,
    stables: [],
    deleteBeforeReplace: replaces.length > 0 && oldInputs[CREATE_BEFORE_DELETE] !== true,
    detailedDiff: Object.fromEntries(detailed),
  };
}

/** The inputs whose change replaces a resource. */
export function replacingKeys(definition: ResourceDefinition): ReadonlySet<string> {
  return new Set([...pathParameters(definition), ...definition.forceNew]);
}

/** Azure reads a location without case and spaces, and a resource group's name without case. */
function withoutSpelling(diff: ObjectDiff): ObjectDiff {
  const same = (key: string, spelling: (text: string) => string) => {
    const update = diff.updates.get(key);
    return (
      typeof update?.before === "string" &&
      typeof update.after === "string" &&
      spelling(update.before) === spelling(update.after)
    );
  };
  const updates = new Map(diff.updates);
  if (same("location", (text) => text.toLowerCase().replaceAll(" ", ""))) updates.delete("location");
  if (same("resourceGroupName", (text) => text.toLowerCase())) updates.delete("resourceGroupName");
  return { ...diff, updates };
}

function isDefault({ inputs }: ResourceDefinition, path: string, news: Properties): boolean {
  const value = inputs[path]?.default;
  return value !== undefined && news[path] === value;
}

function detailedDiff(diff: ObjectDiff, replacing: ReadonlySet<string>): Map<string, DiffKind> {
  const detailed = new Map<string, DiffKind>();
  const record = (path: string, kind: "ADD" | "DELETE" | "UPDATE", top: string) => {
    // Below a replacing property, only an update replaces: what is added or deleted there does not.
    const replaces = replacing.has(top) && (path === top || kind === "UPDATE");
    detailed.set(path, replaces ? `${kind}_REPLACE` : kind);
  };
  const walk = (object: ObjectDiff, base: string, top?: string) => {
    for (const key of object.adds.keys()) record(`${base}${key}`, "ADD", top ?? key);
    for (const key of object.deletes) record(`${base}${key}`, "DELETE", top ?? key);
    for (const [key, update] of object.updates) walkValue(update, `${base}${key}`, top ?? key);
  };
  const walkValue = (value: ValueDiff, path: string, top: string) => {
    if (value.kind === "object") walk(value.object, `${path}.`, top);
    else if (value.kind === "plain") record(path, "UPDATE", top);
    else {
      for (const index of value.added) record(`${path}[${index}]`, "ADD", top);
      for (const index of value.deleted) record(`${path}[${index}]`, "DELETE", top);
      for (const [index, update] of value.updates) walkValue(update, `${path}[${index}]`, top);
    }
  };
  walk(diff, "");
  return detailed;
}
