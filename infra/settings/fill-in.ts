import { PLACEHOLDER_ID } from "./consistency.ts";

/**
 * Replaces placeholders (all-zero ids) in the configuration by the ids that an environment brings along, so
 * that one stack file serves several tenants. Nothing but a placeholder can be replaced this way.
 * @param config Pulumi's configuration, `project:key` to text.
 * @param text JSON: path of a setting (`credentials[0].consumers[1].principalId`) to id; undefined for none.
 * @throws Error if `text` is no such JSON.
 */
export function filledIn(
  config: Readonly<Record<string, string>>,
  project: string,
  text: string | undefined,
): Record<string, string> {
  const result = { ...config };
  if (text === undefined || text === "") return result;
  const ids = parseIds(text);
  for (const [path, id] of Object.entries(ids)) {
    const [key = "", ...rest] = path.split(/[.[\]]+/).filter((part) => part !== "");
    const configKey = `${project}:${key}`;
    const current = result[configKey];
    if (current === undefined) continue;
    if (rest.length === 0) {
      if (current === PLACEHOLDER_ID) result[configKey] = id;
    } else {
      result[configKey] = replacedIn(current, rest, id);
    }
  }
  return result;
}

function parseIds(text: string): Record<string, string> {
  const problem = new Error("KEYTURN_FILL_IN must be a JSON object of setting paths and ids");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw problem;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw problem;
  if (!Object.values(value).every((id) => typeof id === "string")) throw problem;
  return value as Record<string, string>;
}

/** A setting's text with `id` at `path` in it; as it is if it has no structure: its own check tells more. */
function replacedIn(text: string, path: string[], id: string): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return JSON.stringify(replaced(value, path, id));
}

/** `value` with `id` at `path`, if a placeholder stands there; else as it is. */
function replaced(value: unknown, [key, ...rest]: string[], id: string): unknown {
  if (key === undefined) return value === PLACEHOLDER_ID ? id : value;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? replaced(item, rest, id) : item));
  if (typeof value === "object" && value !== null && key in value) {
    return { ...value, [key]: replaced((value as Record<string, unknown>)[key], rest, id) };
  }
  return value;
}
