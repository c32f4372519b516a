import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** A type as the SDK's own type files have it. */
export type SdkShape =
  | { kind: "string"; const?: string }
  | { kind: "number" | "boolean" | "any" }
  | { kind: "array"; items: SdkShape }
  | { kind: "map"; values: SdkShape }
  | { kind: "object"; name: string }
  | { kind: "union"; names: string[] };

export type SdkFields = Record<string, SdkShape & { required: boolean }>;

export interface SdkResource {
  inputs: SdkFields;
  outputs: SdkFields;
  /** Nested types by `module.Name`. */
  inputTypes: (name: string) => SdkFields;
  outputTypes: (name: string) => SdkFields;
}

const sdk = path.dirname(createRequire(import.meta.url).resolve("@pulumi/azure-native/package.json"));
const [inputInterfaces, outputInterfaces] = ["input", "output"].map((side) =>
  interfacesIn(read(`types/${side}.d.ts`)),
) as [Interfaces, Interfaces];

type Interfaces = Map<string, string>;

/** The resource of a file of the SDK, e.g. `keyvault/vault`. */
export function sdkResource(file: string): SdkResource {
  const text = read(`${file}.d.ts`);
  const args = /export interface \w+Args \{([\s\S]*?)\n\}/.exec(text)?.[1] ?? "";
  const outputs = [...text.matchAll(/^ {4}readonly (\w+): (pulumi\.Output<[\s\S]*?>);$/gm)];
  return {
    inputs: fieldsOf(args),
    outputs: Object.fromEntries(
      outputs.map(([, name = "", type = ""]) => [
        name,
        { ...shapeOf(type.replaceAll(/\s+/g, " ")), required: true },
      ]),
    ),
    inputTypes: (name) => fieldsOf(inputInterfaces.get(name) ?? ""),
    outputTypes: (name) => fieldsOf(outputInterfaces.get(name) ?? ""),
  };
}

/** The API version that the SDK's documentation gives for a resource. */
export function sdkApiVersion(file: string): string | undefined {
  const text = readFileSync(path.join(sdk, `${file}.d.ts`), "utf8");
  return /Uses Azure REST API version ([\w-]+)\./.exec(text)?.[1];
}

/** What the SDK sends for inputs that a program leaves out. */
export function sdkDefaults(file: string): Record<string, unknown> {
  const text = readFileSync(path.join(sdk, `${file}.js`), "utf8");
  const defaults = text.matchAll(/resourceInputs\["(\w+)"\] = \(args\?\.\1\) \?\? (.+);$/gm);
  return Object.fromEntries([...defaults].map(([, name = "", value = ""]) => [name, JSON.parse(value)]));
}

function read(file: string): string {
  return readFileSync(path.join(sdk, file), "utf8").replaceAll(/\/\*\*[\s\S]*?\*\//g, "");
}

function interfacesIn(text: string): Interfaces {
  const found: Interfaces = new Map();
  let module = "";
  let open: { name: string; lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    module = /^export declare namespace (\w+) \{/.exec(line)?.[1] ?? module;
    const name = /^ {4}interface (\w+) \{/.exec(line)?.[1];
    if (name !== undefined) open = { name, lines: [] };
    else if (line === "    }" && open !== undefined) {
      found.set(`${module}.${open.name}`, open.lines.join("\n"));
      open = undefined;
    } else open?.lines.push(line);
  }
  return found;
}

function fieldsOf(body: string): SdkFields {
  const fields: SdkFields = {};
  const member = /\s*(\w+)(\?)?:\s*/y;
  for (let at = 0; at < body.length; ) {
    member.lastIndex = at;
    const match = member.exec(body);
    if (match === null) break;
    const end = endOfType(body, member.lastIndex);
    const type = body.slice(member.lastIndex, end).replaceAll(/\s+/g, " ").trim();
    fields[match[1] ?? ""] = { ...shapeOf(type), required: match[2] === undefined };
    at = end + 1;
  }
  return fields;
}

function endOfType(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at] ?? "";
    if ("{<(".includes(character)) depth++;
    else if ("}>)".includes(character)) depth--;
    else if (character === ";" && depth === 0) return at;
  }
  return text.length;
}

function shapeOf(text: string): SdkShape {
  const parts = unionParts(unwrapped(text))
    .filter((part) => part !== "undefined")
    .map(unwrapped);
  const [type = "", ...others] = parts;
  if (others.length > 0) {
    if (parts.every((part) => part === "string" || part.startsWith("enums."))) return { kind: "string" };
    return { kind: "union", names: parts.map(referenced) };
  }
  if (type.endsWith("[]"))
    return { kind: "array", items: shapeOf(type.slice(0, -2).replace(/^\((.*)\)$/, "$1")) };
  if (type === "string" || type.startsWith("enums.")) return { kind: "string" };
  if (type.startsWith('"')) return { kind: "string", const: JSON.parse(type) as string };
  if (type === "number" || type === "boolean" || type === "any") return { kind: type };
  const values = /^\{ \[key: string\]: (.*?);? \}$/.exec(type)?.[1];
  if (values !== undefined) return { kind: "map", values: shapeOf(values) };
  return { kind: "object", name: referenced(type) };
}

function referenced(type: string): string {
  const name = /^(?:inputs|outputs)\.(\w+\.\w+)$/.exec(type)?.[1];
  if (name === undefined) throw new Error(`a type that this reader does not know: ${type}`);
  return name;
}

function unwrapped(type: string): string {
  const inner = /^pulumi\.(?:Input|Output)<([\s\S]*)>$/.exec(type.trim())?.[1];
  return inner === undefined ? type.trim() : unwrapped(inner);
}

function unionParts(type: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of type) {
    if ("{<([".includes(character)) depth++;
    if ("}>)]".includes(character)) depth--;
    if (character === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}
