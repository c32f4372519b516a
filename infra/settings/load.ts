import type { z } from "zod";
import { consistencyViolations, placeholderViolations, type Violation } from "./consistency.ts";
import { MISSING_SETTING, type Settings, settingsSchema, UNKNOWN_SETTING } from "./schema.ts";

/** The settings are wrong; the message lists everything that is. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    const lines = violations.map(
      ({ path, message }) => `  ${path.startsWith("KEYTURN_") ? "" : "keyturn:"}${path}: ${message}`,
    );
    const count = violations.length === 1 ? "1 setting is wrong" : `${violations.length} settings are wrong`;
    super(`${count}; nothing was changed:\n${lines.join("\n")}`);
    this.violations = violations;
  }
}

/**
 * Checks the raw settings: first each by itself, then how they fit together.
 * @throws SettingsError naming every violation, with path, value and what is allowed.
 */
export function parseSettings(raw: Record<string, unknown>): Settings {
  const parsed = settingsSchema.safeParse(raw, { reportInput: true });
  if (!parsed.success) throw new SettingsError(parsed.error.issues.flatMap((issue) => violationsOf(issue)));
  const violations = [...consistencyViolations(parsed.data), ...placeholderViolations(parsed.data)];
  if (violations.length > 0) throw new SettingsError(violations);
  return parsed.data;
}

/**
 * The settings out of Pulumi's configuration.
 * @param config all of the program's configuration, `project:key` to text; structured values are JSON.
 * @param project the namespace of our own keys.
 */
export function settingsFromConfig(config: Readonly<Record<string, string>>, project: string): Settings {
  const raw: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(config)) {
    const [namespace, name] = splitKey(key);
    if (namespace === project) raw[name] = configValue(text);
  }
  return parseSettings(raw);
}

function splitKey(key: string): [string, string] {
  const at = key.indexOf(":");
  return [key.slice(0, at), key.slice(at + 1)];
}

/** Objects and lists arrive as JSON, booleans as their words; everything else is text. */
function configValue(text: string): unknown {
  if (!/^\s*[[{]|^(true|false)$/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What a schema found wrong, in our words. Values are shown only if the schema was told to report them. */
export function violationsOf(issue: z.core.$ZodIssue): Violation[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), message: UNKNOWN_SETTING }));
  }
  const isMissing = issue.code === "invalid_type" && issue.input === undefined;
  const isUnknown = issue.message === UNKNOWN_SETTING;
  const given = issue.input === undefined || isUnknown ? "" : ` (is ${brief(issue.input)})`;
  return [{ path: pathText(issue.path), message: isMissing ? MISSING_SETTING : `${issue.message}${given}` }];
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** A value for an error text, cut to a readable length. */
function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
