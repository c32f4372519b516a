import { PUBLIC_AUTHORITY_HOST } from "../../infra/authority.ts";
import { directoryTimeMs } from "../../infra/directory-time.ts";
import { formatInstant } from "../../infra/instant.ts";

/**
 * Now, by the clock that the secrets live by. The tenant is the environment's, or else the one that every
 * Microsoft account belongs to: all of them have the same time.
 */
export async function directoryInstant(env: NodeJS.ProcessEnv): Promise<string> {
  const authorityHost = env.AZURE_AUTHORITY_HOST ?? PUBLIC_AUTHORITY_HOST;
  return formatInstant(await directoryTimeMs({ authorityHost, tenantId: env.AZURE_TENANT_ID ?? "common" }));
}
