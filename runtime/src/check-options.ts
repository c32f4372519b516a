import { ConfigurationError } from "./errors.ts";

/** Collects what is wrong with options, so that all of it is reported at once. */
export class OptionsCheck {
  readonly #what: string;
  readonly #problems: string[] = [];

  /** @param what names the thing that is configured. */
  constructor(what: string) {
    this.#what = what;
  }

  /** A number between two bounds, both included; `undefined` passes. */
  number(name: string, value: unknown, least: number, most: number): this {
    if (value !== undefined && !(typeof value === "number" && value >= least && value <= most)) {
      this.#add(name, value, `a number from ${least} to ${most}`);
    }
    return this;
  }

  /** As {@link number}, without a fraction. */
  integer(name: string, value: unknown, least: number, most: number): this {
    if (
      value !== undefined &&
      !(Number.isInteger(value) && Number(value) >= least && Number(value) <= most)
    ) {
      this.#add(name, value, `a whole number from ${least} to ${most}`);
    }
    return this;
  }

  /** Text of a certain form. */
  text(name: string, value: unknown, form: RegExp, allowed: string): this {
    if (typeof value !== "string" || !form.test(value)) {
      this.#add(name, value, allowed);
    }
    return this;
  }

  /** An `https:` address without user info, query or fragment. */
  httpsUrl(name: string, value: unknown): this {
    const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
    if (url?.protocol !== "https:" || url.username || url.password || url.search || url.hash) {
      this.#add(name, value, "an https:// address without user, query and fragment");
    }
    return this;
  }

  /** Anything else. */
  require(name: string, value: unknown, holds: boolean, allowed: string): this {
    if (!holds) {
      this.#add(name, value, allowed);
    }
    return this;
  }

  /** @throws ConfigurationError if anything was wrong. */
  done(): void {
    if (this.#problems.length > 0) {
      throw new ConfigurationError(this.#what, this.#problems);
    }
  }

  #add(name: string, value: unknown, allowed: string): void {
    this.#problems.push(`${name} is ${shown(value)}, allowed is ${allowed}`);
  }
}

function shown(value: unknown): string {
  return typeof value === "string"
    ? JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value)
    : typeof value === "number" || typeof value === "boolean" || value === null || value === undefined
      ? String(value)
      : `of type ${typeof value}`;
}
