import type { InvokeResponse, Properties } from "../provider.ts";
import { checkInputs } from "./check.ts";
import type { Schema } from "./schema.ts";
import { withoutBookkeeping } from "./wire.ts";

/** A function of a provider (`azuread.getGroup`). */
export interface ProviderFunction {
  args: Schema;
  /** @throws ProviderError or an error of the directory, whose message the user sees */
  call(args: Properties): Promise<Properties>;
}

/** Checks the arguments as the schema has them, then calls. */
export async function invoked(
  token: string,
  { args, call }: ProviderFunction,
  given: Properties,
): Promise<InvokeResponse> {
  const name = token.split(":").at(-1) ?? token;
  const { inputs, failures } = checkInputs(args, given, { name });
  if (failures.length > 0) return { result: {}, failures };
  return { result: await call(withoutBookkeeping(inputs)), failures };
}
