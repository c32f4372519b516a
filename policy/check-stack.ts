import { z } from "zod";
import { type CheckedResource, canonicalType, parentTypeOf, SECRET } from "./checked-resource.ts";
import type { ConfiguredRule } from "./config.ts";
import { type Level, messageOf } from "./rule.ts";

/** A rule that a resource of a stack breaks. */
export interface Violation {
  rule: string;
  level: Level;
  urn: string;
  type: string;
  name: string;
  what: string;
  message: string;
}

const exportSchema = z.object({
  deployment: z
    .object({
      resources: z
        .array(
          z.object({
            urn: z.string(),
            type: z.string(),
            parent: z.string().optional(),
            inputs: z.record(z.string(), z.unknown()).optional(),
            outputs: z.record(z.string(), z.unknown()).optional(),
            /** Replaced, and only waiting to be deleted. */
            delete: z.boolean().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
});

type ExportedResource = NonNullable<
  NonNullable<z.infer<typeof exportSchema>["deployment"]>["resources"]
>[number];

/**
 * The resources of what `pulumi stack export` prints.
 * @throws ZodError if it is no such thing.
 */
export function exportedResources(exported: unknown): ExportedResource[] {
  const { deployment } = exportSchema.parse(exported);
  return (deployment?.resources ?? []).filter((resource) => resource.delete !== true);
}

/** Judges a stack as its last update left it. */
export function checkStack(
  resources: readonly ExportedResource[],
  rules: readonly ConfiguredRule[],
): Violation[] {
  const asInputs = resources.map((resource) => checked(resource, resource.inputs));
  // As in a running update: rules over the whole stack see what came out, with what went in where it says nothing.
  const asOutputs = resources.map((resource) =>
    checked(resource, { ...resource.inputs, ...resource.outputs }),
  );
  const byUrn = new Map(asInputs.map((resource) => [resource.urn, resource]));
  return rules
    .filter(({ level }) => level !== "disabled")
    .flatMap(({ rule, level, config }) => {
      const found =
        "check" in rule
          ? asInputs.flatMap((resource) =>
              rule.check(resource, config).map((what) => ({ urn: resource.urn, what })),
            )
          : rule.checkStack(asOutputs, config);
      return found.map(({ urn, what }) => {
        const { type = "", name = "" } = byUrn.get(urn) ?? {};
        return { rule: rule.name, level, urn, type, name, what, message: messageOf(rule, what) };
      });
    });
}

function checked(
  { urn, type, parent }: ExportedResource,
  values: Record<string, unknown> = {},
): CheckedResource {
  return {
    type: canonicalType(type),
    name: urn.split("::").slice(3).join("::"),
    urn,
    parentType: parent === undefined ? parentTypeOf(urn) : parent.split("::")[2]?.split("$").at(-1),
    properties: withoutSecrets(values) as Record<string, unknown>,
  };
}

/** The key and the value by which Pulumi's state marks an object as more than plain data, here as a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  const object = value as Record<string, unknown>;
  if (object[SIGNATURE] === SECRET_SIGNATURE) return SECRET;
  return Object.fromEntries(Object.entries(object).map(([name, each]) => [name, withoutSecrets(each)]));
}
