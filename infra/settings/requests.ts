import { z } from "zod";
import { SettingsError, violationsOf } from "./load.ts";
import { credentialName, type RequestSettings, requestSchema, type Settings } from "./schema.ts";

/**
 * Requests for one update, besides those in the stack's file: JSON, credential to request. It is how the
 * operator's commands ask.
 */
const requestsSchema = z.record(credentialName, requestSchema);

/**
 * The settings with the requests of the environment over those of the stack's file.
 * @param text the value of `KEYTURN_REQUESTS`; undefined or empty for none.
 * @throws SettingsError if it is malformed or names a credential that does not exist.
 */
export function withRequests(settings: Settings, text: string | undefined): Settings {
  if (text === undefined || text === "") return settings;
  const requests = parseRequests(text);
  const known = new Set(settings.credentials.map(({ name }) => name));
  const violations = Object.keys(requests)
    .filter((name) => !known.has(name))
    .map((name) => ({
      path: "KEYTURN_REQUESTS",
      message: `there is no credential "${name}"; known: ${[...known].join(", ")}`,
    }));
  if (violations.length > 0) throw new SettingsError(violations);
  const credentials = settings.credentials.map((credential) => {
    const request: RequestSettings | undefined = requests[credential.name];
    return request === undefined ? credential : { ...credential, request };
  });
  return { ...settings, credentials };
}

/**
 * What `KEYTURN_REQUESTS` asks for, by credential.
 * @throws SettingsError if it is malformed.
 */
export function parseRequests(text: string): Record<string, RequestSettings> {
  const problem = (message: string) => new SettingsError([{ path: "KEYTURN_REQUESTS", message }]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw problem("must be JSON");
  }
  const parsed = requestsSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) {
    throw new SettingsError(
      parsed.error.issues.flatMap(violationsOf).map(({ path, message }) => ({
        path: path === "" ? "KEYTURN_REQUESTS" : `KEYTURN_REQUESTS.${path}`,
        message,
      })),
    );
  }
  return parsed.data;
}
