/** A resource of a deployment, as far as a flat program needs it (`pulumi stack export --show-secrets`). */
export interface DeployedResource {
  urn: string;
  type: string;
  custom: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  parent?: string;
  protect?: boolean;
  [more: string]: unknown;
}

/** An exported deployment. */
export interface Deployment {
  version: number;
  deployment: { resources: DeployedResource[]; [more: string]: unknown };
}

/** A resource as a flat program declares it. */
export interface FlatResource {
  type: string;
  name: string;
  inputs: unknown;
  protect: boolean;
}

/** What a cloud holds for this deployment: no components, no stack, no providers, no references to stacks. */
export function flatResources({ deployment }: Deployment): FlatResource[] {
  return deployment.resources.filter(isDeclared).map(({ type, urn, inputs = {}, protect = false }) => ({
    type,
    name: urnName(urn),
    inputs: plainInputs(withoutProviderNotes(inputs)),
    protect,
  }));
}

/** The azure-native provider adds the API version that it chose; no program can pass it. */
function withoutProviderNotes(inputs: Record<string, unknown>): Record<string, unknown> {
  const { azureApiVersion: _chosen, ...passed } = inputs;
  return passed;
}

function isDeclared({ custom, type }: DeployedResource): boolean {
  return custom && !type.startsWith("pulumi:");
}

/**
 * The same deployment as a program without components would have left it: every resource a child of the stack.
 * What depends on what is left out: a preview orders by the program, not by the state.
 */
export function flatDeployment(exported: Deployment): Deployment {
  const { resources } = exported.deployment;
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (stack === undefined) throw new Error("the deployment has no stack");
  const kept = resources.filter((each) => each === stack || isDeclared(each) || isProvider(each));
  return {
    ...exported,
    deployment: {
      ...exported.deployment,
      resources: kept.map((each) => {
        if (!isDeclared(each)) return each;
        const { dependencies: _all, propertyDependencies: _each, ...rest } = each;
        return { ...rest, urn: flatUrn(each), parent: stack.urn };
      }),
    },
  };
}

function isProvider({ type }: DeployedResource): boolean {
  return type.startsWith("pulumi:providers:");
}

/** `urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>` without the parents. */
function flatUrn({ urn, type }: DeployedResource): string {
  const [prefix, project] = urn.split("::");
  return `${prefix}::${project}::${type}::${urnName(urn)}`;
}

function urnName(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** How Pulumi marks a secret in exported data, and what it is then (sdk/go/common/resource/sig). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** The key under which a flat program's data marks a secret. */
export const secretKey = "secret value";

/** Inputs as a program passes them: without the provider's notes about defaults, secrets marked by `secretKey`. */
export function plainInputs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainInputs);
  if (typeof value !== "object" || value === null) return value;
  if (signatureKey in value && value[signatureKey] === secretSignature) {
    return { [secretKey]: JSON.parse("plaintext" in value ? String(value.plaintext) : "null") };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__defaults")
      .map(([key, each]) => [key, plainInputs(each)]),
  );
}

/** Where the SDK of a resource type keeps its class. */
export interface SdkClass {
  package: string;
  /** The modules between package and class: `keyvault`; none for azuread and random. */
  modules: string[];
  className: string;
  /** The class's own file, for an import of it alone. */
  file: string;
}

/**
 * The SDK class of a resource type: `azure-native:keyvault:Vault`, or, of a provider that was bridged from
 * Terraform, `azuread:index/application:Application`.
 */
export function sdkClass(type: string): SdkClass {
  const [packageName, module, className] = type.split(":");
  if (packageName === undefined || module === undefined || className === undefined) {
    throw new Error(`not the type of a provider's resource: ${type}`);
  }
  const modules = module.startsWith("index") ? [] : module.split("/");
  const file = [
    `@pulumi/${packageName}`,
    ...modules,
    `${className[0]?.toLowerCase()}${className.slice(1)}.js`,
  ];
  return { package: `@pulumi/${packageName}`, modules, className, file: file.join("/") };
}

/**
 * A flat program that reads its resources from `resources.json`, as a hand-written one would from its settings:
 * an ES module that imports each class from its own file and, as ours does, leaves stack traces untranslated.
 */
export function flatProgram(resources: readonly FlatResource[]): string {
  const types = [...new Set(resources.map(({ type }) => type))];
  return `import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
${types.map((type, index) => `import { ${sdkClass(type).className} as Class${index} } from "${sdkClass(type).file}";`).join("\n")}

Reflect.deleteProperty(Error, "prepareStackTrace");
const classes: Record<string, new (name: string, args: object, opts: pulumi.CustomResourceOptions) => unknown> = {
${types.map((type, index) => `  "${type}": Class${index} as never,`).join("\n")}
};
const reveal = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && "${secretKey}" in value ? pulumi.secret(value["${secretKey}"]) : value;
const file = new URL("./resources.json", import.meta.url);
for (const { type, name, inputs, protect } of JSON.parse(readFileSync(file, "utf8"), reveal)) {
  new classes[type](name, inputs, { protect });
}
`;
}

/**
 * The same flat program as Pulumi's templates set one up: CommonJS, whole SDKs imported by their index, each
 * resource written out and so checked against its type.
 */
export function templateProgram(resources: readonly FlatResource[]): string {
  const packages = [...new Set(resources.map(({ type }) => sdkClass(type).package))];
  const alias = (name: string) => name.replace("@pulumi/", "").replaceAll("-", "_");
  const statements = resources.map(({ type, name, inputs, protect }) => {
    const { package: packageName, modules, className } = sdkClass(type);
    const path = [alias(packageName), ...modules, className].join(".");
    return `new ${path}(${JSON.stringify(name)}, ${literal(inputs)}, { protect: ${protect} });`;
  });
  return [
    'import * as pulumi from "@pulumi/pulumi";',
    ...packages.map((name) => `import * as ${alias(name)} from "${name}";`),
    "",
    ...statements,
    "",
    "export const stack = pulumi.getStack();",
    "",
  ].join("\n");
}

/** A value as TypeScript, secrets wrapped. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (secretKey in value) return `pulumi.secret(${literal(value[secretKey])})`;
  const entries = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${literal(each)}`);
  return `{ ${entries.join(", ")} }`;
}
