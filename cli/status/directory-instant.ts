import { PUBLIC_AUTHORITY_HOST } from "../../infra/authority.ts";
import { DirectoryTimeError, directoryTimeMs } from "../../infra/directory-time.ts";
import { formatInstant } from "../../infra/instant.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/**
 * Now, by the clock that the secrets live by. The tenant is the environment's, or else the one that every
 * Microsoft account belongs to: all of them have the same time.
 * @throws CommandError if the directory cannot be asked.
 */
export async function directoryInstant(env: NodeJS.ProcessEnv): Promise<string> {
  const authorityHost = env.AZURE_AUTHORITY_HOST ?? PUBLIC_AUTHORITY_HOST;
  try {
    return formatInstant(await directoryTimeMs({ authorityHost, tenantId: env.AZURE_TENANT_ID ?? "common" }));
  } catch (error) {
    if (!(error instanceof DirectoryTimeError)) throw error;
    const hint =
      env.AZURE_AUTHORITY_HOST === undefined
        ? ' For a stack in the sandbox, first: eval "$(npx keyturn sandbox env)"'
        : "";
    throw new CommandError(`${error.message}${hint}`, exitCodes.error, { cause: error });
  }
}
