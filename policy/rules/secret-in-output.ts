import { at, type CheckedResource, isPassword, text, types } from "../checked-resource.ts";
import type { StackRule } from "../rule.ts";

/**
 * The form of an Entra client secret: three characters, a digit, `Q~`, and 31 to 34 more. Not documented by
 * Microsoft; secret scanners such as gitleaks and trufflehog know secrets by it.
 */
const ENTRA_SECRET = /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/;

/** Shorter values would be found by chance. */
const SHORTEST_VALUE = 16;

export const secretInOutput: StackRule = {
  name: "secret-in-output",
  level: "mandatory",
  description: "A client secret's value is in the vault and nowhere else: in no output, tag or setting.",
  reason:
    "outputs are shown, stored and passed on; whoever may read the stack could then use the credential.",
  fix: "remove the value; readers take it from the vault, by the secret's name.",
  checkStack: (resources) => {
    const values = resources
      .filter(isPassword)
      .flatMap(({ properties }) => text(properties.value) ?? [])
      .filter((value) => value.length >= SHORTEST_VALUE);
    const isSecret = (value: string) =>
      values.some((secret) => value.includes(secret)) || ENTRA_SECRET.test(value);
    return resources.flatMap((resource) =>
      pathsTo(isSecret, exposed(resource)).map((path) => ({
        urn: resource.urn,
        what: `${path} holds the value of a client secret`,
      })),
    );
  },
};

/** The properties of a resource without the one that a value belongs in. */
function exposed({ type, properties }: CheckedResource): unknown {
  if (type === types.vaultSecret) {
    const inner = at(properties, "properties");
    if (typeof inner !== "object" || inner === null) return { ...properties, properties: undefined };
    return { ...properties, properties: { ...inner, value: undefined } };
  }
  if (type === types.applicationPassword || type === types.servicePrincipalPassword) {
    return { ...properties, value: undefined };
  }
  return properties;
}

/** Where texts are found below a value, among the values and the names; a name that is one is not repeated. */
function pathsTo(isFound: (text: string) => boolean, value: unknown, path = ""): string[] {
  if (typeof value === "string") return isFound(value) ? [path] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => {
    const isName = isFound(name);
    const below = [path, isName ? "…" : name].filter((part) => part !== "").join(".");
    return [...(isName ? [`a name in ${path}`] : []), ...pathsTo(isFound, each, below)];
  });
}
