import type { Validation } from "./schema.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export const uuid: Validation<string> = (value) => (UUID.test(value) ? undefined : "must be a UUID");

export const notEmpty: Validation<string> = (value) =>
  value === "" ? "must not be an empty string" : undefined;

export const base64: Validation<string> = (value) => (BASE64.test(value) ? undefined : "must be base64 text");

export function oneOf(...allowed: string[]): Validation<string> {
  return (value) =>
    allowed.includes(value) ? undefined : `must be one of ${allowed.map((item) => `"${item}"`).join(", ")}`;
}

/** Lengths in characters, both included. */
export function lengthBetween(min: number, max: number): Validation<string> {
  return (value) =>
    value.length >= min && value.length <= max ? undefined : `must have ${min} to ${max} characters`;
}

export function integerBetweenBounds(min: number, max: number): Validation<number> {
  return (value) => (value >= min && value <= max ? undefined : `must be in the range ${min} to ${max}`);
}

export function atLeast(min: number): Validation<number> {
  return (value) => (value >= min ? undefined : `must be at least ${min}`);
}

/** A moment with a date, a time and a zone (https://www.rfc-editor.org/rfc/rfc3339). */
export const rfc3339: Validation<string> = (value) => {
  const complaint = "must be an RFC 3339 date and time such as 2030-01-31T00:00:00Z";
  const [, , month, day, hour, minute, second] = RFC3339.exec(value) ?? [];
  if (month === undefined || day === undefined || Number.isNaN(Date.parse(value))) return complaint;
  // Date.parse lets 30 February pass as 1 March.
  const daysInMonth = new Date(Date.UTC(Number(value.slice(0, 4)), Number(month), 0)).getUTCDate();
  const fits = Number(day) <= daysInMonth && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  return fits ? undefined : complaint;
};

interface UriRules {
  schemes?: readonly string[];
  urn?: boolean;
  /** Without a path, a slash has to end it. */
  slashWithoutPath?: boolean;
  lengthMax?: number;
}

function uri({
  schemes = [],
  urn = false,
  slashWithoutPath = false,
  lengthMax,
}: UriRules): Validation<string> {
  return (value) => {
    if (value === "") return "must not be empty: a URI is needed";
    if (urn && value.startsWith("urn:") && value.split(":").length >= 3) return undefined;
    const [, scheme, host, path] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]+)([^?#]*)/.exec(value) ?? [];
    if (scheme === undefined || host === undefined) return "must be a URI with a host";
    if (schemes.length > 0) {
      if (slashWithoutPath && path === "") return "must end in a slash, because its URI has no path";
      if (!schemes.includes(scheme.toLowerCase()))
        return `must have one of the schemes ${schemes.join(", ")}`;
    }
    if (lengthMax !== undefined && value.length > lengthMax) {
      return `must have at most ${lengthMax} characters`;
    }
    return undefined;
  };
}

export const httpUrl = uri({ schemes: ["http", "https"] });
/** https://learn.microsoft.com/graph/api/resources/webapplication */
export const logoutUrl = uri({ schemes: ["http", "https"], lengthMax: 255 });

const REDIRECT_SCHEMES = ["http", "https", "ms-appx-web", "brk-multihub"];
const REDIRECT_LENGTH_MAX = 256;
/** https://learn.microsoft.com/entra/identity-platform/reply-url */
export const redirectUri = {
  web: uri({ schemes: REDIRECT_SCHEMES, urn: true, slashWithoutPath: true, lengthMax: REDIRECT_LENGTH_MAX }),
  publicClient: uri({ urn: true, lengthMax: REDIRECT_LENGTH_MAX }),
  singlePage: uri({ schemes: REDIRECT_SCHEMES, slashWithoutPath: true, lengthMax: REDIRECT_LENGTH_MAX }),
};

/**
 * A resource id of one collection, e.g. `/applications/00000000-0000-0000-0000-000000000000`.
 * @param collection e.g. `applications`
 */
export function resourceIdIn(collection: string): Validation<string> {
  const pattern = new RegExp(`^/${collection}/([^/]+)$`);
  return (value) =>
    pattern.test(value)
      ? undefined
      : `must be a resource id such as /${collection}/${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`;
}
