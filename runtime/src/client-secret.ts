import { inspect } from "node:util";

/** What is known of a secret besides its value. Harmless: may be logged. */
export interface SecretInfo {
  /** Tells one version from another: Key Vault's version id, or a count where there is none. */
  readonly version: string;
  /** The credential's generation, if the source says so. */
  readonly generation?: number | undefined;
  /** The slot it lives in, if the source says so. */
  readonly slot?: string | undefined;
  /** Entra's id of the secret, if the source says so. */
  readonly keyId?: string | undefined;
  /** The key id of the secret that was current before and still works, if the source names one. */
  readonly previousKeyId?: string | undefined;
  /** When it was created, milliseconds since 1970. */
  readonly createdAtMs?: number | undefined;
  /** When the source began to give it out, milliseconds since 1970; a rollback publishes an older secret again. */
  readonly publishedAtMs?: number | undefined;
  /** When it stops working, milliseconds since 1970. */
  readonly expiresAtMs?: number | undefined;
}

/** A client secret. Its value shows neither in `util.inspect`, nor in JSON, nor as text. */
export class ClientSecret {
  readonly info: SecretInfo;
  readonly #value: string;

  constructor(value: string, info: SecretInfo) {
    this.#value = value;
    this.info = info;
  }

  /** The value itself. Pass it on to the request that needs it, and keep it nowhere. */
  reveal(): string {
    return this.#value;
  }

  /** Whether both have the same value, whatever their versions. */
  hasSameValueAs(other: ClientSecret): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return `[ClientSecret ${this.info.version}]`;
  }

  toJSON(): SecretInfo {
    return this.info;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
