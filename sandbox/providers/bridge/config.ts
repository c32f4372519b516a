import { type CheckFailure, type Properties, type PropertyValue, ProviderError } from "../provider.ts";
import { isUnknown } from "../values.ts";
import { coercedScalar } from "./coercion.ts";
import { defaultOf, type ScalarProperty } from "./schema.ts";
import { isReserved } from "./wire.ts";

/** The settings that a provider knows (`pulumi config set azuread:…`). */
export type ConfigSchema = Readonly<Record<string, ScalarProperty>>;

/** What the engine gives every provider besides its own settings. */
const ENGINE_SETTINGS = ["version", "pluginDownloadURL"];

/**
 * Checks a provider's settings, which the engine passes on as text: a setting that is no text is text of JSON.
 * @throws ProviderError when a boolean or a number cannot be read
 */
export function checkedConfig(
  provider: string,
  schema: ConfigSchema,
  news: Properties,
): { inputs: Properties; failures: CheckFailure[] } {
  const failures: CheckFailure[] = [];
  for (const [name, value] of Object.entries(news)) {
    const property = schema[name];
    if (property === undefined) {
      if (isReserved(name) || ENGINE_SETTINGS.includes(name)) continue;
      const known = Object.keys(schema).sort().join(", ");
      failures.push({
        property: name,
        reason:
          `"${provider}:${name}" is not a setting of the ${provider} provider` +
          (known === "" ? ", which has none." : `. It knows ${known}.`),
      });
    } else if (value !== null && !isUnknown(value)) {
      const complaint = complaintAbout(property, value);
      if (complaint !== undefined && property.type !== "string") {
        throw new ProviderError("UNKNOWN", `malformed setting "${provider}:${name}": it ${complaint}`);
      }
      if (complaint !== undefined) {
        const reason = `"${name}" ${complaint}, got ${JSON.stringify(value)}. Check "pulumi config get ${provider}:${name}".`;
        failures.push({ property: name, reason });
      }
    }
  }
  const given = Object.keys(news);
  const defaults = Object.entries(schema).flatMap(([name, property]): [string, PropertyValue][] => {
    const fallback = defaultOf(property);
    return fallback === undefined || given.includes(name) ? [] : [[name, fallback]];
  });
  return { inputs: { ...Object.fromEntries(defaults), ...news }, failures };
}

function complaintAbout(property: ScalarProperty, value: PropertyValue): string | undefined {
  return coercedScalar(property, value).complaint;
}
