import { readFile } from "node:fs/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";

/**
 * Lets this very process meet the sandbox where it expects Azure, as the variables of `sandbox env` would have at
 * its start: Node reads `NODE_EXTRA_CA_CERTS` and `NODE_OPTIONS` only then.
 */
export async function meetSandbox(env: NodeJS.ProcessEnv): Promise<void> {
  Object.assign(process.env, env);
  const authority = await readFile(env.NODE_EXTRA_CA_CERTS ?? "", "utf8");
  setDefaultCACertificates([...getCACertificates("default"), authority]);
  await import("../../sandbox/localhost-names.ts");
}
