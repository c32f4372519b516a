import { OptionsCheck } from "../check-options.ts";
import { ClientSecret } from "../client-secret.ts";
import { SecretReadError } from "../errors.ts";
import type { SecretSource } from "./secret-source.ts";

export interface EnvironmentSourceOptions {
  /** The variable's name. */
  readonly variable: string;
  /** Default: the process's own environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * A secret in an environment variable. It only changes with the process: such a service needs a restart for every
 * rotation, which `keyturn-agent exec` can give it.
 *
 * @throws ConfigurationError naming every option that cannot be used.
 */
export function environmentSource(options: EnvironmentSourceOptions): SecretSource {
  new OptionsCheck("Options of environmentSource")
    .text("variable", options.variable, /^[A-Za-z_][0-9A-Za-z_]*$/, "the name of an environment variable")
    .done();
  const environment = options.environment ?? process.env;
  const description = `environment variable ${options.variable}`;
  return {
    description,
    readCurrent: async () => {
      const value = environment[options.variable]?.trim();
      if (value === undefined || value === "") {
        throw new SecretReadError(description, "missing");
      }
      return new ClientSecret(value, { version: "environment" });
    },
  };
}
