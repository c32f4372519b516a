import type {
  Policies,
  PolicyConfigSchema,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { type CheckedResource, canonicalType, parentTypeOf } from "./checked-resource.ts";
import { plain } from "./plain.ts";
import { messageOf, type ResourceRule, type Rule, type StackRule } from "./rule.ts";

/** The rules as CrossGuard takes them. */
export function policiesOf(rules: readonly Rule[]): Policies {
  return rules.map((rule) => ("check" in rule ? resourcePolicy(rule) : stackPolicy(rule)));
}

function resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
  return {
    ...commonOf(rule),
    validateResource: (args, report) => {
      const resource = checked(args, args.opts.parent);
      for (const what of rule.check(resource, args.getConfig())) report(messageOf(rule, what));
    },
  };
}

function stackPolicy(rule: StackRule): StackValidationPolicy {
  return {
    ...commonOf(rule),
    validateStack: (args, report) => {
      const resources = args.resources.map((resource) => checked(resource, resource.parent?.urn));
      for (const { urn, what } of rule.checkStack(resources, args.getConfig())) {
        report(messageOf(rule, what), urn);
      }
    },
  };
}

function commonOf({ name, description, level, options, fix }: Rule) {
  return {
    name,
    description,
    enforcementLevel: level,
    remediationSteps: fix,
    ...(options !== undefined && { configSchema: { properties: { ...options } } as PolicyConfigSchema }),
  };
}

function checked(
  { type, name, urn, props }: { type: string; name: string; urn: string; props: Record<string, unknown> },
  parent: string | undefined,
): CheckedResource {
  return {
    type: canonicalType(type),
    name,
    urn,
    parentType: parent === undefined || parent === "" ? parentTypeOf(urn) : typeOf(parent),
    properties: plain(props) as Record<string, unknown>,
  };
}

function typeOf(urn: string): string | undefined {
  return urn.split("::")[2]?.split("$").at(-1);
}
