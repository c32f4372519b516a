/**
 * How the provider describes what a resource takes and gives: a table of fields, each with its shape in the
 * SDK and, where Azure's own body differs, its name or place there.
 */
export type Shape =
  | StringShape
  | { kind: "number" | "integer" | "boolean" | "any" }
  | ArrayShape
  /** An array of ids in the SDK; in Azure's body an object with the ids as keys. */
  | { kind: "idSet"; values: Shape }
  | { kind: "map"; values: Shape }
  | ObjectShape
  | UnionShape;

export interface StringShape {
  kind: "string";
  /** The only text that it may be: what tells the variants of a union apart. */
  const?: string;
  minLength?: number;
  maxLength?: number;
  pattern?: RegExp;
}

export interface ArrayShape {
  kind: "array";
  items: Shape;
}

export interface ObjectShape {
  kind: "object";
  fields: Fields;
  /** If given, Azure's body has all other fields one level deeper, in `properties`. */
  flattenExcept?: readonly string[];
}

export interface UnionShape {
  kind: "union";
  /** The field whose `const` tells which variant a value is. */
  discriminator: string;
  variants: readonly ObjectShape[];
}

export type Field = Shape & {
  required?: true;
  /** What Azure's body calls it, where the SDK has another name. */
  apiName?: string;
  /** What the SDK fills in; adding just this value to an existing resource is no change. */
  default?: string | number | boolean;
};

export type Fields = Readonly<Record<string, Field>>;

export const string: StringShape = { kind: "string" };
export const number = { kind: "number" } as const;
export const integer = { kind: "integer" } as const;
export const boolean = { kind: "boolean" } as const;
export const any = { kind: "any" } as const;

export function text(limits: Omit<StringShape, "kind" | "const">): StringShape {
  return { kind: "string", ...limits };
}

export function constant(value: string): StringShape & { required: true } {
  return { kind: "string", const: value, required: true };
}

export function array(items: Shape): ArrayShape {
  return { kind: "array", items };
}

export function idSet(values: Shape): Shape {
  return { kind: "idSet", values };
}

export function map(values: Shape): Shape {
  return { kind: "map", values };
}

export function object(
  fields: Fields,
  { flattenExcept }: { flattenExcept?: readonly string[] } = {},
): ObjectShape {
  return { kind: "object", fields, ...(flattenExcept && { flattenExcept }) };
}

/** The same object with more fields, or others: what the service answers to what it was sent. */
export function extend(base: ObjectShape, fields: Fields): ObjectShape {
  return { ...base, fields: { ...base.fields, ...fields } };
}

export function union(discriminator: string, variants: readonly ObjectShape[]): UnionShape {
  return { kind: "union", discriminator, variants };
}

export function required<S extends Field>(field: S): S & { required: true } {
  return { ...field, required: true };
}

export function renamed<S extends Field>(apiName: string, field: S): S & { apiName: string } {
  return { ...field, apiName };
}

export function withDefault<S extends Field>(
  value: string | number | boolean,
  field: S,
): S & { default: typeof value } {
  return { ...field, default: value };
}

/** How the last part of a resource's name comes about when the program gives none. */
export type AutoNameKind = "random" | "copy" | "uuid";

/** One resource type, as the provider has it in its metadata. */
export interface ResourceDefinition {
  /** E.g. `azure-native:keyvault:Secret`. */
  token: string;
  apiVersion: string;
  /** E.g. `Microsoft.KeyVault/vaults/secrets`. */
  armType: string;
  /** The id, with `{subscriptionId}` and the path parameters by their SDK names. */
  path: string;
  autoName: { property: string; kind: AutoNameKind };
  /** Top-level inputs, besides the path parameters, that replace the resource when they change. */
  forceNew: readonly string[];
  /** Whether Azure does without a location; the other types that have one need it. */
  optionalLocation?: true;
  /** Azure makes it with its parent: to declare it changes it, and to delete it makes it what it was at first. */
  comesWithParent?: true;
  inputs: Fields;
  /** Besides `id`. */
  outputs: Fields;
  /** If given, Azure's body has all other fields in `properties`. */
  flattenExcept?: readonly string[];
}

/** The parameters in a resource's path, but for the subscription, in order. */
export function pathParameters({ path }: Pick<ResourceDefinition, "path">): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name = ""]) => name)
    .filter((name) => name !== "subscriptionId");
}

/** The inputs that go into the body. */
export function bodyFields(definition: ResourceDefinition): Fields {
  const inPath = pathParameters(definition);
  return Object.fromEntries(Object.entries(definition.inputs).filter(([name]) => !inPath.includes(name)));
}
