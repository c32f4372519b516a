import {
  type CheckRequest,
  type CheckResponse,
  type DiffResponse,
  type EngineLog,
  type Properties,
  type PropertyValue,
  ProviderError,
} from "../provider.ts";
import { isObject, UNKNOWN } from "../values.ts";
import { checkInputs } from "./check.ts";
import { detailedDiff, touchedProperties } from "./detailed-diff.ts";
import { isNothing } from "./equality.ts";
import { withIgnoredChanges } from "./ignored-changes.ts";
import { plannedState } from "./plan.ts";
import { GONE, type ResourceBehaviour } from "./resource.ts";
import type { Property, Schema } from "./schema.ts";
import { inputsForImport, refreshedInputs } from "./state-inputs.ts";
import { withoutBookkeeping, withSecrets } from "./wire.ts";

/** A plan that a resource type may look over before it is shown or carried out. */
export interface Plan {
  /** Undefined when the resource does not exist yet. */
  readonly recorded: Properties | undefined;
  /** May be changed in place. */
  readonly planned: Properties;
}

/** A resource type whose real provider is built with Terraform's classic plugin SDK. */
export interface SdkResource {
  schema: Schema;
  /** What the schema cannot say: rules between values, outputs that a change makes unknown. */
  refine?(plan: Plan): void;
  /**
   * @param planned the whole plan; what only the directory can say is unknown
   * @returns the id, and outputs that only the creation learns (`read` has no way to)
   */
  create(planned: Properties): Promise<{ id: string; outputs?: Properties }>;
  /**
   * @param carried what is known from the plan or the record, kept unless the answer overrides it
   * @returns what the directory says now; undefined when it has no such thing
   */
  read(id: string, carried: Properties): Promise<Properties | undefined>;
  /** Leave it out where every input replaces. */
  update?(
    id: string,
    planned: Properties,
    recorded: Properties,
  ): Promise<{ outputs?: Properties } | undefined>;
  delete(id: string, recorded: Properties): Promise<void>;
  /** Says what is wrong with an id given for an import. */
  idComplaint?(id: string): string | undefined;
}

/** Serves a resource type as a bridged provider would. */
export function sdkBehaviour(resource: SdkResource): ResourceBehaviour {
  const { schema } = resource;

  const plan = (
    recorded: Properties | undefined,
    inputs: Properties,
    ignoreChanges: readonly string[] = [],
  ) => {
    const planned = plannedState(schema, recorded, withoutBookkeeping(inputs));
    const kept = recorded === undefined ? planned : withIgnoredChanges(planned, recorded, ignoreChanges);
    resource.refine?.({ recorded, planned: kept });
    return kept;
  };

  /** The outputs once the directory has been asked, or undefined when it knows of no such thing. */
  const outputs = async (id: string, carried: Properties): Promise<Properties | undefined> => {
    const known = Object.fromEntries(Object.keys(schema).map((name) => [name, carried[name] ?? null]));
    const fresh = await resource.read(id, known);
    if (fresh === undefined) return undefined;
    const state = Object.entries({ ...known, ...fresh }).map(([name, value]): [string, PropertyValue] => [
      name,
      sparse(schema[name], value, known[name]),
    ]);
    return { id, ...Object.fromEntries(state) };
  };

  const made = async (id: string, carried: Properties): Promise<Properties> => {
    const state = await outputs(id, carried);
    if (state === undefined)
      throw new ProviderError("UNKNOWN", `${id} is missing right after it was written`);
    return withSecrets(schema, state);
  };

  return {
    async check(request: CheckRequest, log: EngineLog): Promise<CheckResponse> {
      const { inputs, failures } = checkInputs(schema, request.news, request);
      for (const [name, { deprecated }] of Object.entries(schema)) {
        if (deprecated !== undefined && (request.news[name] ?? null) !== null) {
          log.warn(request.urn, `"${name}" is deprecated: ${deprecated}`);
        }
      }
      return { inputs: withSecrets(schema, inputs), failures };
    },

    async diff({ olds, news, ignoreChanges }): Promise<DiffResponse> {
      const recorded = withoutBookkeeping(olds);
      const diff = detailedDiff(schema, recorded, plan(recorded, news, ignoreChanges));
      const diffs = touchedProperties(diff);
      return {
        changes: diffs.length === 0 ? "DIFF_NONE" : "DIFF_SOME",
        replaces: touchedProperties(diff, { replacing: true }),
        diffs,
        deleteBeforeReplace: false,
        detailedDiff: diff,
      };
    },

    async create({ properties, preview }) {
      const planned = plan(undefined, properties);
      if (preview) return { id: "", properties: { ...withSecrets(schema, planned), id: UNKNOWN } };
      const { id, outputs: learnt } = await resource.create(planned);
      return { id, properties: await made(id, { ...known(planned), ...learnt }) };
    },

    async read({ id, properties, inputs }) {
      const recorded = withoutBookkeeping(properties ?? {});
      const isImport = Object.keys(recorded).length === 0;
      const complaint = isImport ? resource.idComplaint?.(id) : undefined;
      if (complaint !== undefined)
        throw new ProviderError("INVALID_ARGUMENT", `cannot import "${id}": ${complaint}`);
      const state = await outputs(id, recorded);
      if (state === undefined) return GONE;
      const fresh = isImport ? inputsForImport(schema, state) : refreshedInputs(schema, inputs ?? {}, state);
      return { id, properties: withSecrets(schema, state), inputs: withSecrets(schema, fresh) };
    },

    async update({ id, olds, news, ignoreChanges, preview }) {
      const recorded = withoutBookkeeping(olds);
      const planned = plan(recorded, news, ignoreChanges);
      if (preview) return { ...withSecrets(schema, planned), id };
      if (resource.update === undefined) {
        throw new ProviderError(
          "UNIMPLEMENTED",
          "every input of this resource type replaces it: nothing can be updated",
        );
      }
      const learnt = await resource.update(id, planned, recorded);
      return made(id, { ...recorded, ...known(planned), ...learnt?.outputs });
    },

    async delete({ id, properties }) {
      await resource.delete(id, withoutBookkeeping(properties));
    },
  };
}

/** The plan without what it leaves to the directory. */
function known(planned: Properties): Properties {
  return Object.fromEntries(Object.entries(planned).filter(([, value]) => value !== UNKNOWN));
}

/** A list that the directory reports as empty stays null where nobody had given it, at every depth. */
function sparse(
  property: Property | undefined,
  value: PropertyValue,
  carried: PropertyValue | undefined,
): PropertyValue {
  if (property === undefined) return value;
  if (property.type === "block") return sparseFields(property.fields, value, carried);
  if (property.type !== "list" && property.type !== "set") return value;
  const { of, use } = property;
  if (of.type === "block") {
    if (!Array.isArray(value) || !Array.isArray(carried) || value.length !== carried.length) return value;
    return value.map((item, index) => sparseFields(of.fields, item, carried[index]));
  }
  const isUnsaid = (carried ?? null) === null && isNothing(value);
  return isUnsaid && (use === "optional" || use === "required") ? null : value;
}

function sparseFields(
  fields: Schema,
  value: PropertyValue,
  carried: PropertyValue | undefined,
): PropertyValue {
  if (!isObject(value) || !isObject(carried)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, sparse(fields[name], field, carried[name])]),
  );
}
