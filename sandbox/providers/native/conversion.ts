import type { ResourceBody, ResourceView } from "../../arm/resource-types.ts";
import type { Properties, PropertyValue } from "../provider.ts";
import { isObject } from "../values.ts";
import {
  bodyFields,
  type Field,
  type Fields,
  pathParameters,
  type ResourceDefinition,
  type Shape,
} from "./schema.ts";
import { variantOf } from "./validate.ts";

/** The id of the resource that these inputs are for. */
export function resourceIdOf(
  definition: ResourceDefinition,
  inputs: Properties,
  subscriptionId: string,
): string {
  const id = definition.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === "subscriptionId") return subscriptionId;
    const value = String(inputs[name] ?? "");
    // A scope or a resource's URI is a path of its own; every other parameter is one part of one.
    return SUB_PATHS.includes(name) ? value.replace(/^\/+|\/+$/g, "") : encodeURIComponent(value);
  });
  return `/${id.replace(/^\/+/, "")}`;
}

const SUB_PATHS = ["scope", "resourceUri"];

/** The body that the inputs make. */
export function bodyOf(definition: ResourceDefinition, inputs: Properties): ResourceBody {
  return toBody(bodyFields(definition), definition.flattenExcept, inputs) as ResourceBody;
}

/** What the program sees of a resource. */
export function outputsOf(definition: ResourceDefinition, view: ResourceView): Properties {
  return {
    id: view.id,
    ...fromBody(definition.outputs, definition.flattenExcept, view),
    azureApiVersion: definition.apiVersion,
  };
}

/** Outputs as the inputs that would bring them about: what is only ever answered is left out. */
export function inputsFromOutputs(definition: ResourceDefinition, outputs: Properties): Properties {
  const fields = bodyFields(definition);
  const inputs = projected(fields, outputs);
  const { properties } = fields;
  // What a program gives under `properties`, some resources give back without it.
  if (properties?.kind === "object" && definition.outputs.properties === undefined) {
    inputs.properties = projected(properties.fields, outputs);
  }
  return inputs;
}

/** The inputs of a resource that no program has declared yet: from its id, and from what it is. */
export function importedInputs(definition: ResourceDefinition, id: string, outputs: Properties): Properties {
  const inputs = Object.fromEntries(
    Object.entries(inputsFromOutputs(definition, outputs)).map(([name, value]) => [
      name,
      withoutEmpty(value),
    ]),
  );
  const parts = new RegExp(
    `^${definition.path
      .replace(/^\/+/, "/")
      .replaceAll(/\{(\w+)\}/g, (_, name: string) => (SUB_PATHS.includes(name) ? "(.+)" : "([^/]+)"))}$`,
    "i",
  ).exec(id);
  const names = [...definition.path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const wanted = pathParameters(definition);
  for (const [index, name] of names.entries()) {
    const part = decodeURIComponent(parts?.[index + 1] ?? "");
    if (wanted.includes(name)) inputs[name] = SUB_PATHS.includes(name) ? `/${part}` : part;
  }
  return Object.fromEntries(
    Object.entries(inputs).filter((entry): entry is [string, PropertyValue] => entry[1] !== undefined),
  );
}

function toBody(fields: Fields, flattenExcept: readonly string[] | undefined, values: Properties): Body {
  const body: Body = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = values[name];
    if (value === undefined) continue;
    const nested = flattenExcept !== undefined && !flattenExcept.includes(name);
    const target = nested ? ((body.properties as Body | undefined) ?? {}) : body;
    if (nested) body.properties = target;
    target[field.apiName ?? name] = toBodyValue(field, value);
  }
  return body;
}

type Body = Record<string, unknown>;

function toBodyValue(shape: Shape, value: PropertyValue): unknown {
  if (Array.isArray(value)) {
    if (shape.kind === "idSet") return Object.fromEntries(value.map((id) => [String(id), {}]));
    return shape.kind === "array" ? value.map((item) => toBodyValue(shape.items, item)) : value;
  }
  if (!isObject(value)) return value;
  const variant = shape.kind === "union" ? variantOf(shape, value) : shape;
  if (variant?.kind === "object") return toBody(variant.fields, variant.flattenExcept, value);
  if (variant?.kind === "map") return mapped(value, (item) => toBodyValue(variant.values, item));
  return value;
}

function fromBody(fields: Fields, flattenExcept: readonly string[] | undefined, body: Body): Properties {
  const values: Properties = {};
  for (const [name, field] of Object.entries(fields)) {
    const nested = flattenExcept !== undefined && !flattenExcept.includes(name);
    const source = nested ? ((body.properties ?? {}) as Body) : body;
    const value = source[field.apiName ?? name];
    if (value !== undefined && value !== null) values[name] = fromBodyValue(field, value);
  }
  return values;
}

function fromBodyValue(shape: Shape, value: unknown): PropertyValue {
  if (Array.isArray(value)) {
    return value.map((item) =>
      shape.kind === "array" ? fromBodyValue(shape.items, item) : (item as PropertyValue),
    );
  }
  if (typeof value !== "object" || value === null) return value as PropertyValue;
  const body = value as Body;
  const variant = shape.kind === "union" ? variantOf(shape, body) : shape;
  if (variant?.kind === "object") return fromBody(variant.fields, variant.flattenExcept, body);
  if (variant?.kind === "map") {
    return Object.fromEntries(
      Object.entries(body).map(([key, item]) => [key, fromBodyValue(variant.values, item)]),
    );
  }
  return body as Properties;
}

function projected(fields: Fields, outputs: Properties): Properties {
  const inputs: Properties = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = outputs[name];
    if (value !== undefined) inputs[name] = projectedValue(field, value);
  }
  return inputs;
}

function projectedValue(shape: Field | Shape, value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) {
    return shape.kind === "array" ? value.map((item) => projectedValue(shape.items, item)) : value;
  }
  if (!isObject(value)) return value;
  if (shape.kind === "idSet") return Object.keys(value);
  const variant = shape.kind === "union" ? variantOf(shape, value) : shape;
  if (variant?.kind === "object") return projected(variant.fields, value);
  if (variant?.kind === "map") return mapped(value, (item) => projectedValue(variant.values, item));
  return value;
}

function mapped<T>(values: Properties, change: (value: PropertyValue) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
}

/** An imported resource shows many empty lists and objects that nobody would write into a program. */
function withoutEmpty(value: PropertyValue): PropertyValue | undefined {
  const isKept = (item: PropertyValue | undefined): item is PropertyValue => item !== undefined;
  if (Array.isArray(value)) {
    const kept = value.map(withoutEmpty).filter(isKept);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value)
    .map(([key, item]) => [key, withoutEmpty(item)] as const)
    .filter((entry): entry is readonly [string, PropertyValue] => isKept(entry[1]));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}
