/**
 * Applies a PATCH to properties that the sandbox gives no meaning to, as Graph does: a member that is
 * given replaces the old one, a complex value is merged member by member, a list is replaced whole.
 */
export function mergedProperties(
  before: Record<string, unknown>,
  patch: Record<string, unknown>,
): Record<string, unknown> {
  const after = { ...before };
  for (const [name, value] of Object.entries(patch)) {
    const old = after[name];
    after[name] = isComplex(old) && isComplex(value) ? mergedProperties(old, value) : value;
  }
  return after;
}

function isComplex(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
