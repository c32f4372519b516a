import { pathToFileURL } from "node:url";
import type { Deployer } from "../entra/deployer.ts";
import type { SandboxPorts } from "./state.ts";

export interface SandboxEnvironmentArgs {
  ports: SandboxPorts;
  deployer: Deployer;
  subscriptionId: string;
  /** The certificate of the sandbox's authority (PEM). */
  caFile: string;
  /** The module that makes `*.localhost` names resolve. */
  localhostNamesFile: string;
  /** Where Pulumi keeps its stacks: an existing folder. */
  backendFolder: string;
}

/** Guards nothing: the sandbox's stacks hold the sandbox's secrets. Pulumi wants one. */
export const SANDBOX_PASSPHRASE = "keyturn-sandbox";

/**
 * The environment variables by which a program meets the sandbox where it expects Azure.
 *
 * `PULUMI_DEBUG_PROVIDERS` attaches the engine to the emulated providers
 * (https://www.pulumi.com/docs/iac/cli/environment-variables/); without
 * `PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION` it would look for the real ones first.
 */
export function sandboxEnvironment(args: SandboxEnvironmentArgs): Record<string, string> {
  const { ports, deployer, subscriptionId, caFile } = args;
  const { tenantId, clientId, clientSecret } = deployer;
  const host = `localhost:${ports.https}`;
  return {
    ARM_CLIENT_ID: clientId,
    ARM_CLIENT_SECRET: clientSecret,
    ARM_METADATA_HOSTNAME: host,
    ARM_SUBSCRIPTION_ID: subscriptionId,
    ARM_TENANT_ID: tenantId,
    AZURE_AUTHORITY_HOST: `https://${host}`,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: clientSecret,
    AZURE_SUBSCRIPTION_ID: subscriptionId,
    AZURE_TENANT_ID: tenantId,
    NODE_EXTRA_CA_CERTS: caFile,
    NODE_OPTIONS: `--import=${pathToFileURL(args.localhostNamesFile).href}`,
    // Without the files of metadata, which are not replaced as a whole: one that was cut short by a kill makes the
    // stack unreadable ("failed to load checkpoint: EOF").
    PULUMI_BACKEND_URL: `${pathToFileURL(args.backendFolder).href}?metadata=skip`,
    PULUMI_CONFIG_PASSPHRASE: SANDBOX_PASSPHRASE,
    PULUMI_DEBUG_PROVIDERS: Object.entries(ports.providers)
      .map(([name, port]) => `${name}:${port}`)
      .join(","),
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    SSL_CERT_FILE: caFile,
  };
}

/** `base` with the sandbox's variables laid over it; what `base` asks of Node is kept. */
export function mergedEnvironment(
  base: NodeJS.ProcessEnv,
  variables: Readonly<Record<string, string>>,
): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: inherited = "" } = base;
  const { NODE_OPTIONS: own = "" } = variables;
  const options = inherited.includes(own) ? inherited : `${inherited} ${own}`.trim();
  return { ...base, ...variables, NODE_OPTIONS: options };
}
