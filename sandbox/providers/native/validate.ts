import type { CheckFailure, Properties, PropertyValue } from "../provider.ts";
import { isObject, isUnknown } from "../values.ts";
import type { Field, Fields, ObjectShape, Shape, StringShape, UnionShape } from "./schema.ts";

/** What is wrong with `values`, all of it, each failure with its path. An unknown value is not judged. */
export function validate(fields: Fields, values: Properties, path = ""): CheckFailure[] {
  const failures: CheckFailure[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && values[name] === undefined) failures.push(missing(at(path, name)));
  }
  for (const [name, value] of Object.entries(values)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field !== undefined) failures.push(...validateValue(field, value, at(path, name)));
    else if (!name.startsWith("__")) failures.push(unknownProperty(at(path, name), fields));
  }
  return failures;
}

export function missing(path: string): CheckFailure {
  const hint =
    path === "location"
      ? ". Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'."
      : "";
  return { property: path, reason: `missing required property '${path}'${hint}` };
}

function unknownProperty(path: string, fields: Fields): CheckFailure {
  return {
    property: path,
    reason: `unknown property '${path}'; known here are: ${Object.keys(fields).sort().join(", ") || "none"}`,
  };
}

function validateValue(shape: Field | Shape, value: PropertyValue, path: string): CheckFailure[] {
  if (isUnknown(value) || shape.kind === "any") return [];
  const wrongType = () => [
    {
      property: path,
      reason: `'${path}' should be of type '${typeName(shape)}' but got ${got(value)}`,
    },
  ];
  switch (shape.kind) {
    case "string":
      return typeof value === "string" ? validateString(shape, value, path) : wrongType();
    case "boolean":
      return typeof value === "boolean" ? [] : wrongType();
    case "number":
      return typeof value === "number" ? [] : wrongType();
    case "integer":
      if (typeof value !== "number") return wrongType();
      return Number.isInteger(value)
        ? []
        : [{ property: path, reason: `'${path}' must be an integer but got ${value}` }];
    case "array":
      if (!Array.isArray(value)) return wrongType();
      return value.flatMap((item, index) => validateValue(shape.items, item, `${path}[${index}]`));
    case "idSet":
      if (!Array.isArray(value)) return wrongType();
      return value.flatMap((item, index) => validateValue({ kind: "string" }, item, `${path}[${index}]`));
    case "map":
      if (!isObject(value)) return wrongType();
      return Object.entries(value).flatMap(([key, item]) => validateValue(shape.values, item, at(path, key)));
    case "object":
      return isObject(value) ? validate(shape.fields, value, path) : wrongType();
    case "union":
      return isObject(value) ? validateVariant(shape, value, path) : wrongType();
  }
}

function validateVariant(shape: UnionShape, value: Properties, path: string): CheckFailure[] {
  const told = value[shape.discriminator];
  const where = at(path, shape.discriminator);
  if (told === undefined) return [missing(where)];
  if (isUnknown(told)) return [];
  const variant = variantOf(shape, value);
  if (variant !== undefined) return validate(variant.fields, value, path);
  const allowed = shape.variants.map(({ fields }) => `'${constantOf(fields, shape)}'`).join(", ");
  return [{ property: where, reason: `'${where}' is ${JSON.stringify(told)}; allowed are ${allowed}` }];
}

/** Which of a union's shapes a value has; undefined when it says none of them. */
export function variantOf(
  shape: UnionShape,
  value: Readonly<Record<string, unknown>>,
): ObjectShape | undefined {
  const field = (fields: Fields) => fields[shape.discriminator];
  return shape.variants.find(({ fields }) => {
    const told = field(fields);
    const name = told?.apiName ?? shape.discriminator;
    return [value[shape.discriminator], value[name]].includes(constantOf(fields, shape));
  });
}

function constantOf(fields: Fields, { discriminator }: UnionShape): string {
  const field = fields[discriminator];
  return field?.kind === "string" ? (field.const ?? "") : "";
}

function validateString(shape: StringShape, value: string, path: string): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const { length } = value;
  const fail = (reason: string) => failures.push({ property: path, reason: `'${path}' ${reason}` });
  if (shape.const !== undefined && value !== shape.const) fail(`is '${value}'; allowed is '${shape.const}'`);
  if (shape.minLength !== undefined && length < shape.minLength) {
    fail(`is too short (${length}): at least ${shape.minLength} characters required`);
  }
  if (shape.maxLength !== undefined && length > shape.maxLength) {
    fail(`is too long (${length}): at most ${shape.maxLength} characters allowed`);
  }
  if (shape.pattern !== undefined && !shape.pattern.test(value)) {
    fail(`does not match expression '${shape.pattern.source}'`);
  }
  return failures;
}

function typeName({ kind }: Shape): string {
  return { idSet: "array", map: "object", union: "object" }[kind as "idSet" | "map" | "union"] ?? kind;
}

function got(value: PropertyValue): string {
  if (Array.isArray(value)) return "an array";
  return isObject(value) ? "an object" : `a ${typeof value}`;
}

function at(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
