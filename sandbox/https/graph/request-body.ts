import { z } from "zod";
import { badRequest } from "../../entra/errors.ts";

/**
 * Reads what a body says of properties with a meaning; those that it does not say are left out.
 * @throws DirectoryError 400 naming every property that is not of its type
 */
export function readBody<T>(schema: z.ZodType<T>, body: Record<string, unknown>): T {
  const { success, data, error } = schema.safeParse(body);
  if (success) return data;
  const problems = error.issues.map(
    ({ path, message }) => `Property '${path.join("/")}' has an invalid value: ${message}.`,
  );
  throw badRequest(problems.join(" "));
}

/** Without what is undefined, so that `exactOptionalPropertyTypes` is met. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Server-side properties that no caller sets. */
const READ_ONLY = ["id", "appId", "createdDateTime", "deletedDateTime", "publisherDomain"];

/**
 * @param isKnown whether the type has a property of this name that a caller may set
 * @throws DirectoryError 400 naming every property that the type does not have, or that is read-only
 */
export function requireKnownProperties(
  body: Record<string, unknown>,
  isKnown: (name: string) => boolean,
): void {
  const problems = Object.keys(body)
    .filter((name) => !name.includes("@odata.") && !isKnown(name))
    .map((name) =>
      READ_ONLY.includes(name)
        ? `Property '${name}' is read-only and cannot be set.`
        : `Property '${name}' does not exist as a declared property or extension property.`,
    );
  if (problems.length > 0) throw badRequest(problems.join(" "));
}

/** What is left for the sandbox to keep without giving it a meaning. */
export function otherProperties(
  body: Record<string, unknown>,
  meant: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(body).filter(([name]) => !meant.includes(name) && !name.includes("@odata.")),
  );
}

/**
 * The object ids in a list of references such as `owners@odata.bind`.
 * @throws DirectoryError 400 when it is no such list
 */
export function boundIds(body: Record<string, unknown>, property: string): string[] {
  const name = `${property}@odata.bind`;
  const bound = readBody(z.object({ [name]: z.array(z.string()).optional() }), body)[name];
  return (bound ?? []).map(idInReference);
}

const referenceBody = z.object({ "@odata.id": z.string() });

/** The object id that the body of a `$ref` request names. */
export function referencedId(body: Record<string, unknown>): string {
  return idInReference(readBody(referenceBody, body)["@odata.id"]);
}

/** `https://graph.microsoft.com/v1.0/directoryObjects/ID` and the like. */
function idInReference(reference: string): string {
  const id = /([0-9a-f-]{36})(?:\/\$ref)?(?:'\))?$/i.exec(reference)?.[1];
  if (id === undefined) throw badRequest(`Invalid URL format specified in payload: '${reference}'.`);
  return id.toLowerCase();
}
