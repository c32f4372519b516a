import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { z } from "zod";
import { CommandError, exitCodes } from "../exit-codes.ts";
import { pulumiAudience, pulumiCloudOf, pulumiTokenRequest } from "./pulumi-cloud.ts";
import { type AskArgs, askForToken, type TokenRequest } from "./token-request.ts";

/** Entra's audience for tokens of other platforms (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). */
const AUDIENCE = "api://AzureADTokenExchange";
/** GitHub's tokens live 5 minutes, those of Azure Pipelines 10; whoever reads the file may keep one for a while. */
const RENEWAL_MS = 60_000;

/** What may ask for tokens, or act on the forge, in the run's name: not for the engine, its plugins and the program. */
const PRIVATE_VARIABLES = [
  "GITHUB_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_URL",
  "ACTIONS_RUNTIME_TOKEN",
  "SYSTEM_ACCESSTOKEN",
] as const;

export interface WorkloadIdentityArgs extends AskArgs {
  /** This process's own: Azure's SDKs look there, so that the file's name is put into it meanwhile. */
  env: NodeJS.ProcessEnv;
  /** Told when a token could not be renewed. */
  warn: (text: string) => void;
}

/**
 * Runs `work` with the environment by which Azure's SDKs, Pulumi's providers, its backend and its secrets provider sign
 * in as the pipeline's identity, without any secret: by the run's own OIDC token, in a file that is renewed for as long as
 * the work takes. (The azure-native provider reads it once, when it starts; what it is given for it lasts an hour, longer
 * than an update may take.) Where the run has no such token, the environment stays as it is: a person's `az login`, for instance.
 *
 * Where Pulumi Cloud keeps the stacks' states, a token of the run's is exchanged for one of Pulumi's, too.
 * @throws CommandError if the platform gives no token.
 */
export async function withWorkloadIdentity<T>(
  args: WorkloadIdentityArgs,
  work: (env: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const { env, warn } = args;
  const request = tokenRequest(env);
  const visible = withoutPrivate(env);
  if (request === undefined) return work(visible);
  // The task that runs a script in a service connection's name says whose name that is.
  const clientId = env.AZURE_CLIENT_ID || env.AZURESUBSCRIPTION_CLIENT_ID || "";
  const tenantId = env.AZURE_TENANT_ID || env.AZURESUBSCRIPTION_TENANT_ID || "";
  const missing = Object.entries({ AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId })
    .filter(([, value]) => value === "")
    .map(([name]) => name);
  if (missing.length > 0) {
    throw new CommandError(
      `${missing.join(" and ")}: not set: the pipeline's environment has no variable of that name (docs/pipelines.md)`,
      exitCodes.configuration,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), "keyturn-identity-"));
  const file = join(folder, "token");
  const renew = async () =>
    writeFileAtomic(file, await askForToken(request(AUDIENCE), args), { mode: 0o600 });
  let renewing: Promise<void> = Promise.resolve();
  try {
    await renew();
    const cloud = pulumiCloudOf(env);
    const pulumi = cloud && {
      PULUMI_ACCESS_TOKEN: await askForToken(
        pulumiTokenRequest(cloud, await askForToken(request(pulumiAudience(cloud)), args)),
        args,
      ),
    };
    const timer = setInterval(() => {
      renewing = renewing.then(renew).catch((error: unknown) => {
        warn(`The run's token could not be renewed: ${error instanceof Error ? error.message : error}`);
      });
    }, RENEWAL_MS);
    const own = { AZURE_CLIENT_ID: clientId, AZURE_TENANT_ID: tenantId, AZURE_FEDERATED_TOKEN_FILE: file };
    const before = Object.keys(own).map((name) => [name, env[name]] as const);
    try {
      Object.assign(env, own);
      return await work({
        ...visible,
        ...own,
        ...pulumi,
        ARM_USE_OIDC: "true",
        ARM_OIDC_TOKEN_FILE_PATH: file,
        ARM_CLIENT_ID: clientId,
        ARM_TENANT_ID: tenantId,
        ...(env.AZURE_SUBSCRIPTION_ID !== undefined && { ARM_SUBSCRIPTION_ID: env.AZURE_SUBSCRIPTION_ID }),
      });
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete env[name];
        else env[name] = value;
      }
      clearInterval(timer);
      await renewing;
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withoutPrivate(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const visible = { ...env };
  for (const name of PRIVATE_VARIABLES) delete visible[name];
  return visible;
}

const HINT = 'the job needs the permission "id-token: write"';

/** How this run asks for a token for an audience; undefined if it is given none. */
function tokenRequest(env: NodeJS.ProcessEnv): ((audience: string) => TokenRequest) | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: gitHub, ACTIONS_ID_TOKEN_REQUEST_TOKEN: gitHubToken } = env;
  if (gitHub && gitHubToken) {
    const answer = z.object({ value: z.string().min(1) }).transform(({ value }) => value);
    return (audience) => {
      // https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
      const url = new URL(gitHub);
      url.searchParams.set("audience", audience);
      const headers = { authorization: `Bearer ${gitHubToken}` };
      return { url: url.href, method: "GET", headers, answer, hint: HINT };
    };
  }
  const { SYSTEM_OIDCREQUESTURI: azure, SYSTEM_ACCESSTOKEN: azureToken } = env;
  const connection = env.AZURESUBSCRIPTION_SERVICE_CONNECTION_ID;
  if (azure && azureToken && connection) {
    const answer = z.object({ oidcToken: z.string().min(1) }).transform(({ oidcToken }) => oidcToken);
    // https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create
    const url = new URL(azure);
    url.searchParams.set("api-version", "7.1");
    url.searchParams.set("serviceConnectionId", connection);
    const headers = {
      authorization: `Bearer ${azureToken}`,
      "content-type": "application/json",
      // Without it a refusal is a redirection to a page to sign in on.
      "x-tfs-fedauthredirect": "Suppress",
    };
    // Its audience is always Entra's.
    return () => ({ url: url.href, method: "POST", headers, answer, hint: HINT });
  }
  return undefined;
}
