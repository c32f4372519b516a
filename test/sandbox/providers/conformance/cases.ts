import { readFileSync } from "node:fs";
import type { Properties, PropertyValue } from "../../../../sandbox/providers/provider.ts";

/** One call of the provider protocol and what the real provider answered. */
export interface RecordedCall {
  method: Method;
  note?: string;
  request: CallRequest;
  response: Properties;
}

export type Method =
  | "GetPluginInfo"
  | "CheckConfig"
  | "Configure"
  | "Check"
  | "Diff"
  | "Create"
  | "Read"
  | "Update"
  | "Delete"
  | "Invoke";

export interface CallRequest {
  urn?: string;
  id?: string;
  preview?: boolean;
  olds?: Properties;
  oldInputs?: Properties;
  news?: Properties;
  properties?: Properties;
  inputs?: Properties;
  ignoreChanges?: string[];
  tok?: string;
  args?: Properties;
}

/** A call of its own, or several in order, where a later one may use an earlier one's answer. */
export interface RecordedCase {
  id: string;
  note: string;
  steps: ({ name: string } & RecordedCall)[];
}

/**
 * The cases of one file in `fixtures/`: calls of the real providers (random 4.21, azuread 6.10) and their
 * answers, one case a line.
 */
export function readCases(file: string): RecordedCase[] {
  return readFileSync(new URL(`fixtures/${file}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const recorded = JSON.parse(line) as RecordedCase & RecordedCall;
      const steps = recorded.steps ?? [{ ...recorded, name: "" }];
      return { id: recorded.id, note: recorded.note, steps };
    });
}

/** An earlier step that a reference needs has failed. */
export class UnresolvedReference extends Error {}

/** What a case may refer to: a text of this run's own, and the answers of its earlier steps. */
export class Scope {
  readonly #run: string;
  readonly #answers = new Map<string, unknown>();

  constructor(run: string) {
    this.#run = run;
  }

  remember(step: string, answer: unknown): void {
    this.#answers.set(step, answer);
  }

  value(path: string): PropertyValue {
    if (path === "run") return this.#run;
    const [step = "", ...rest] = path.split(".");
    const found = this.#answers.has(step) ? lookUp(this.#answers.get(step), rest) : undefined;
    if (found === undefined) throw new UnresolvedReference(`nothing at ${path}: an earlier step failed`);
    return found as PropertyValue;
  }

  /** Fills in `{{step.path}}`. */
  text(template: string, quoted: (value: string) => string = (value) => value): string {
    return template.replace(/\{\{([\w.]+)\}\}/g, (_, path: string) => quoted(String(this.value(path))));
  }

  /** Fills in every reference of a request. */
  fill<T>(value: T): T {
    return this.#filled(value) as T;
  }

  #filled(value: unknown): unknown {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.#filled(item));
    if (typeof value !== "object" || value === null) return value;
    if ("$ref" in value) return this.value(String(value.$ref));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#filled(item)]));
  }
}

/** What stands at a path such as `properties.result`. */
export function lookUp(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined),
    root,
  );
}
