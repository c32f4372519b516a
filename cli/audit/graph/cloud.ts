import { z } from "zod";

/** Where a cloud keeps what the audit needs. */
export interface Cloud {
  /** Microsoft Graph, without a path. */
  graphUrl: string;
  /** What follows a vault's name in its address, e.g. `vault.azure.net`; undefined: not known. */
  vaultSuffix: string | undefined;
  /** Whether the sign-in service vouches for itself, as those of private clouds do. */
  privateAuthority: boolean;
}

type Endpoints = Pick<Cloud, "graphUrl" | "vaultSuffix">;

const china = { graphUrl: "https://microsoftgraph.chinacloudapi.cn", vaultSuffix: "vault.azure.cn" };

/**
 * Endpoints by sign-in service (https://learn.microsoft.com/graph/deployments,
 * https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates). The cloud of the US
 * Department of Defense shares its sign-in service with another one: it takes `--graph-url`.
 */
const ENDPOINTS_BY_AUTHORITY: Readonly<Record<string, Endpoints>> = {
  "login.microsoftonline.com": { graphUrl: "https://graph.microsoft.com", vaultSuffix: "vault.azure.net" },
  "login.microsoftonline.us": {
    graphUrl: "https://graph.microsoft.us",
    vaultSuffix: "vault.usgovcloudapi.net",
  },
  "login.chinacloudapi.cn": china,
  "login.partner.microsoftonline.cn": china,
};

const METADATA_TIMEOUT_MS = 20_000;

export interface CloudArgs {
  /** What the user said; nothing is looked up then. */
  graphUrl: string | undefined;
  /** `AZURE_AUTHORITY_HOST`, as for the Azure SDKs. */
  authorityHost: string | undefined;
  /** `ARM_METADATA_HOSTNAME`, as for the Azure providers: a host that describes its cloud. */
  metadataHost: string | undefined;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** The cloud cannot be found out. */
export class CloudError extends Error {
  override readonly name = "CloudError";
}

/**
 * Finds out where Graph is: what the user said, else what the cloud's metadata says, else by sign-in service.
 * @throws CloudError
 */
export async function findCloud(args: CloudArgs): Promise<Cloud> {
  const authority = args.authorityHost ?? "https://login.microsoftonline.com";
  const host = URL.canParse(authority) ? new URL(authority).host.toLowerCase() : authority.toLowerCase();
  const known = ENDPOINTS_BY_AUTHORITY[host];
  const found =
    args.metadataHost === undefined || args.graphUrl !== undefined
      ? known
      : await endpointsOfMetadata(args.metadataHost, args.fetch);
  const graphUrl = args.graphUrl ?? found?.graphUrl;
  if (graphUrl === undefined) {
    throw new CloudError(
      `nothing tells where Microsoft Graph is for the sign-in service ${host}: give --graph-url`,
    );
  }
  return {
    graphUrl: new URL(graphUrl).origin,
    vaultSuffix: found?.vaultSuffix,
    privateAuthority: known === undefined,
  };
}

const metadataSchema = z.object({
  microsoftGraphResourceId: z.url({ protocol: /^https$/ }),
  suffixes: z.object({ keyVaultDns: z.string() }),
});

async function endpointsOfMetadata(
  host: string,
  fetch: CloudArgs["fetch"] = globalThis.fetch,
): Promise<Endpoints> {
  const url = `https://${host}/metadata/endpoints?api-version=2022-09-01`;
  let problem: string;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(METADATA_TIMEOUT_MS),
      redirect: "error",
    });
    const parsed = metadataSchema.safeParse(await response.json());
    if (response.ok && parsed.success) {
      const { microsoftGraphResourceId, suffixes } = parsed.data;
      return { graphUrl: microsoftGraphResourceId, vaultSuffix: suffixes.keyVaultDns };
    }
    problem = response.ok ? "it names no Microsoft Graph" : `it answered ${response.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    problem = cause instanceof Error ? cause.message : String(cause);
  }
  throw new CloudError(`the cloud's metadata at ${url} is no help (${problem}): give --graph-url`);
}
