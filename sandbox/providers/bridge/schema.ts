import type { PropertyValue } from "../provider.ts";

/**
 * What a resource type (or a function) takes and gives, property by property, in the words of the
 * Terraform provider that the real Pulumi provider wraps. Checking, planning and comparing are all driven
 * by it; a resource's file declares it once.
 */
export type Schema = Readonly<Record<string, Property>>;

export type Property = ScalarProperty | MapProperty | CollectionProperty | BlockProperty;
export type ScalarProperty = TextProperty | IntegerProperty | FlagProperty;

/** Who says a property's value. */
export type Use =
  | "required"
  | "optional"
  /** Given by the program or else filled in by the directory; taking it out of the program changes nothing. */
  | "optionalComputed"
  /** The directory's alone: a program that gives it is refused. */
  | "output";

interface Common {
  use: Use;
  /** A change replaces the resource. */
  forceNew?: true;
  sensitive?: true;
  /** What to do instead; said as a warning when the property is given. */
  deprecated?: string;
  /** Names of properties that must not be given together with this one. */
  conflictsWith?: readonly string[];
  /** Exactly one of these (itself among them) must be given. */
  exactlyOneOf?: readonly string[];
  /** One or more of these (itself among them) must be given. */
  atLeastOneOf?: readonly string[];
}

/** Says what is wrong with a value, as the end of a sentence (`must be a UUID`); undefined when nothing is. */
export type Validation<T> = (value: T) => string | undefined;

export interface TextProperty extends Common {
  type: "string";
  default?: string;
  validate?: Validation<string>;
  /** Two spellings that differ only in case are the same. */
  ignoreCase?: true;
}

export interface IntegerProperty extends Common {
  type: "int";
  default?: number;
  validate?: Validation<number>;
}

export interface FlagProperty extends Common {
  type: "bool";
  default?: boolean;
}

/** Text by key; the keys are the user's. */
export interface MapProperty extends Common {
  type: "map";
}

export interface CollectionProperty extends Common {
  /** In a `set` the order of the elements has no meaning. */
  type: "list" | "set";
  of: TextElement | BlockElement;
  minItems?: number;
  maxItems?: number;
}

export interface TextElement {
  type: "string";
  validate?: Validation<string>;
}

export interface BlockElement {
  type: "block";
  fields: Schema;
}

/** One nested object. */
export interface BlockProperty extends Common {
  type: "block";
  fields: Schema;
  /** A changed block is a new one: nothing is carried over from the old. */
  replacedWhole?: true;
  /** Taking the block out of the program changes nothing while the recorded block says no more than none does. */
  saysNothing?(recorded: { [field: string]: PropertyValue }): boolean;
}

/** Whether the program may give this property. */
export function isInput({ use }: Property): boolean {
  return use !== "output";
}

/** Whether the directory fills this property in when the program does not give it. */
export function isComputed({ use }: Property): boolean {
  return use === "output" || use === "optionalComputed";
}

/** The default of a scalar; undefined when it has none. */
export function defaultOf(property: Property): string | number | boolean | undefined {
  return "default" in property ? property.default : undefined;
}
