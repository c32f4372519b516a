import { type FaceRequest, headerOf } from "../exchange.ts";
import { signInErrors } from "./sign-in-errors.ts";

/** The form that a client posts to the token endpoint. */
export class TokenForm {
  readonly #values: URLSearchParams;

  /** @throws SignInError when a parameter is given twice (RFC 6749, section 3.2) */
  constructor(request: FaceRequest) {
    this.#values = new URLSearchParams(request.body.toString("utf8"));
    const names = [...this.#values.keys()];
    if (new Set(names).size !== names.length) throw signInErrors.malformed();
    for (const [name, value] of Object.entries(basicCredentials(request))) {
      if (!this.#values.has(name)) this.#values.set(name, value);
    }
  }

  /** Undefined also for a parameter without a value (RFC 6749, section 3.2). */
  get(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  /** @throws SignInError when it is missing */
  require(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw signInErrors.parameterMissing(name);
    return value;
  }
}

/** Client id and secret in a header instead of the form (RFC 6749, section 2.3.1). */
function basicCredentials(request: FaceRequest): Record<string, string> {
  const encoded = /^Basic\s+(\S+)$/i.exec(headerOf(request, "authorization") ?? "")?.[1];
  if (encoded === undefined) return {};
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const at = text.indexOf(":");
  if (at < 0) return {};
  try {
    return {
      client_id: decodeURIComponent(text.slice(0, at)),
      client_secret: decodeURIComponent(text.slice(at + 1)),
    };
  } catch {
    throw signInErrors.malformed();
  }
}
