import {
  type CheckFailure,
  type CheckRequest,
  type CheckResponse,
  type DiffResponse,
  type EngineLog,
  type Properties,
  type PropertyValue,
  ProviderError,
} from "../provider.ts";
import { isObject, isUnknown, secret, UNKNOWN } from "../values.ts";
import { coercedScalar } from "./coercion.ts";
import { isNothing, isZero } from "./equality.ts";
import { withIgnoredChanges } from "./ignored-changes.ts";
import type { ResourceBehaviour } from "./resource.ts";
import { defaultOf, isInput, type MapProperty, type ScalarProperty } from "./schema.ts";
import { withoutBookkeeping } from "./wire.ts";

/** Resources of this kind are flat: scalars, and maps of text. */
export type FlatSchema = Readonly<Record<string, ScalarProperty | MapProperty>>;

/**
 * A resource type whose real provider is built with Terraform's newer plugin framework. It differs from the
 * classic one in what Pulumi sees of it: inputs pass Check as they are written, unknown ones among them;
 * Diff tells no details; an output that nothing says is absent.
 */
export interface FrameworkResource {
  schema: FlatSchema;
  /** Rules between the inputs. */
  complaints?(inputs: Properties): { property: string; complaint: string }[];
  /** What defaults depend on each other; changes `planned` in place. */
  refine?(planned: Properties, inputs: Properties): void;
  /** Whether this change replaces the resource; without it, each change of a `forceNew` property does. */
  replaces?(property: string, recorded: PropertyValue, planned: PropertyValue): boolean;
  create(planned: Properties): Promise<{ id: string; outputs: Properties }>;
  /** Reads the state out of the id alone. Leave it out where the type cannot be imported. */
  fromId?(id: string): Promise<{ id: string; state: Properties }>;
}

/** Serves a resource type that keeps nothing outside Pulumi's own state. */
export function frameworkBehaviour(resource: FrameworkResource): ResourceBehaviour {
  const { schema } = resource;

  const plan = (recorded: Properties | undefined, inputs: Properties): Properties => {
    const typed = typedInputs(schema, inputs);
    const planned: Properties = {};
    for (const [name, property] of Object.entries(schema)) {
      const value =
        typed[name] ??
        defaultOf(property) ??
        (property.use === "output" ? (recorded?.[name] ?? UNKNOWN) : null);
      planned[name] = value;
    }
    resource.refine?.(planned, typed);
    return planned;
  };

  return {
    async check(request: CheckRequest, log: EngineLog): Promise<CheckResponse> {
      const failures = inputFailures(resource, request.name, request.news);
      for (const name of Object.keys(withoutBookkeeping(request.news))) {
        if (!(name in schema) || schema[name]?.use === "output") {
          log.warn(request.urn, `"${name}" is not an input of ${request.type}: it has no effect`);
        }
      }
      return { inputs: request.news, failures };
    },

    async diff({ olds, news, ignoreChanges }): Promise<DiffResponse> {
      const recorded = withoutBookkeeping(olds);
      const planned = withIgnoredChanges(plan(recorded, news), recorded, ignoreChanges);
      const diffs = Object.keys(schema).filter((name) => !isSame(recorded[name], planned[name]));
      const replaces = diffs.filter((name) => {
        const [was, willBe] = [recorded[name] ?? null, planned[name] ?? null];
        return schema[name]?.forceNew && (resource.replaces?.(name, was, willBe) ?? true);
      });
      return {
        changes: diffs.length === 0 ? "DIFF_NONE" : "DIFF_SOME",
        replaces: replaces.sort(),
        diffs: diffs.sort(),
        deleteBeforeReplace: false,
      };
    },

    async create({ properties, preview }) {
      const planned = plan(undefined, properties);
      if (preview) return { id: "", properties: { ...outputsOf(schema, planned), id: UNKNOWN } };
      const { id, outputs } = await resource.create(planned);
      return { id, properties: { ...outputsOf(schema, { ...planned, ...outputs }), id } };
    },

    async read({ id, properties, inputs }) {
      if (properties !== undefined && Object.keys(properties).length > 0) {
        return { id, properties: { ...outputsOf(schema, properties), id }, inputs: inputs ?? {} };
      }
      if (resource.fromId === undefined) {
        throw new ProviderError(
          "UNKNOWN",
          `cannot import "${id}": this resource type does not support import`,
        );
      }
      const imported = await resource.fromId(id);
      const said = Object.entries(imported.state).filter(
        ([name, value]) => schema[name] && isInput(schema[name]) && !isNothing(value) && !isZero(value),
      );
      return {
        id: imported.id,
        properties: { ...outputsOf(schema, imported.state), id: imported.id },
        inputs: Object.fromEntries(said),
      };
    },

    async update({ id, olds, news, ignoreChanges }) {
      const recorded = withoutBookkeeping(olds);
      const planned = withIgnoredChanges(plan(recorded, news), recorded, ignoreChanges);
      return { ...outputsOf(schema, planned), id };
    },

    async delete() {},
  };
}

/**
 * @throws ProviderError when a value has a type that the provider cannot even be asked about: the real one
 * fails the call instead of answering with a failure.
 */
function inputFailures(resource: FrameworkResource, name: string, news: Properties): CheckFailure[] {
  const complaints: { property: string; complaint: string }[] = [];
  for (const [key, property] of Object.entries(resource.schema)) {
    const value = news[key] ?? null;
    if (property.use === "required" && value === null) {
      complaints.push({ property: key, complaint: "is a required property, but is missing" });
    }
    if (value === null || isUnknown(value) || property.use === "output") continue;
    requireEncodable(key, property, value);
    if (property.type === "map") continue;
    if (property.type === "int" && !Number.isInteger(Number(value))) {
      complaints.push({ property: key, complaint: `must be a whole number, got ${value}` });
    } else {
      const { complaint } = coercedScalar(property, value);
      if (complaint !== undefined) {
        complaints.push({ property: key, complaint: `${complaint}, got ${JSON.stringify(value)}` });
      }
    }
  }
  if (complaints.length === 0)
    complaints.push(...(resource.complaints?.(typedInputs(resource.schema, news)) ?? []));
  return complaints.map(({ property, complaint }) => ({
    property,
    reason: `"${property}" ${complaint}. Examine values at '${name}.${property}'.`,
  }));
}

function requireEncodable(name: string, property: ScalarProperty | MapProperty, value: PropertyValue): void {
  const refuse = (wanted: string) => {
    throw new ProviderError("UNKNOWN", `cannot encode the input "${name}": expected ${wanted}`);
  };
  switch (property.type) {
    case "map":
      if (!isObject(value)) refuse("a map of text");
      else if (Object.values(value).some((item) => isObject(item) || Array.isArray(item))) {
        refuse("a map of text, not of lists or maps");
      }
      return;
    case "int":
      if (typeof value === "number") return;
      if (typeof value !== "string" || Number.isNaN(Number.parseFloat(value))) refuse("a number");
      return;
    case "bool":
      if (typeof value !== "boolean" && !(typeof value === "string" && /^(true|false)$/i.test(value))) {
        refuse("a boolean");
      }
      return;
    case "string":
      if (isObject(value) || Array.isArray(value)) refuse("text");
  }
}

/** What the schema knows of the inputs, in its types. */
function typedInputs(schema: FlatSchema, inputs: Properties): Properties {
  const typed: Properties = {};
  for (const [name, property] of Object.entries(schema)) {
    const value = inputs[name] ?? null;
    if (value === null || !isInput(property)) continue;
    if (isUnknown(value)) typed[name] = UNKNOWN;
    else if (property.type !== "map") typed[name] = coercedScalar(property, value).value ?? null;
    else if (isObject(value)) {
      typed[name] = Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, item === null ? null : String(item)]),
      );
    }
  }
  return typed;
}

/** The outputs as the engine gets them: what is null is left out, what is sensitive and known is secret. */
function outputsOf(schema: FlatSchema, values: Properties): Properties {
  const present = Object.entries(schema).flatMap(([name, { sensitive }]): [string, PropertyValue][] => {
    const value = values[name] ?? null;
    if (value === null) return [];
    return [[name, sensitive && !isUnknown(value) ? secret(value) : value]];
  });
  return Object.fromEntries(present);
}

function isSame(a: PropertyValue | undefined, b: PropertyValue | undefined): boolean {
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => key in a && key in b && a[key] === b[key]);
  }
  return (a ?? null) === (b ?? null);
}
