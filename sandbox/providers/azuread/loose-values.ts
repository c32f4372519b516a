/**
 * Readers of values whose type only a schema knows: a resource's properties, and what the directory stores
 * without giving it a meaning. Whatever does not fit reads as nothing.
 */
export type Loose = Readonly<Record<string, unknown>>;

/** Text; empty when there is none, as the provider shows what the directory has not got. */
export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Text as the directory stores it: none is null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

export function flag(value: unknown): boolean {
  return value === true;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function record(value: unknown): Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Loose) : {};
}

export function records(value: unknown): Loose[] {
  return Array.isArray(value) ? value.map(record) : [];
}
