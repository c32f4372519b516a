import { z } from "zod";
import { GraphClient } from "../audit/graph/client.ts";
import { type Cloud, CloudError, findCloud } from "../audit/graph/cloud.ts";
import { GraphError } from "../audit/graph/errors.ts";
import { signedIn } from "../audit/graph/sign-in.ts";
import { CommandError, exitCodes } from "../exit-codes.ts";

/** Azure and Entra as `keyturn bootstrap` asks them: only ever to read. */
export interface Azure {
  /** What follows a vault's name in its address. */
  vaultSuffix: string;
  /** A resource as Resource Manager has it; undefined if there is none. */
  resource(id: string, apiVersion: string): Promise<ArmResource | undefined>;
  /** The ids of some resources that a list holds, `ID/resources` for one; none if it holds none, or does not exist. */
  idsIn(listId: string, apiVersion: string): Promise<string[]>;
  /** The Graph permissions that a service principal holds; none if it is not known (yet). */
  graphGrants(principalId: string): Promise<GraphGrantFound[]>;
}

export interface ArmResource {
  id: string;
  properties: Record<string, unknown>;
  tags?: Record<string, string> | undefined;
  /** Of a subscription. */
  tenantId?: string | undefined;
}

export interface GraphGrantFound {
  id: string;
  appRoleId: string;
  resourceId: string;
}

const PUBLIC_VAULT_SUFFIX = "vault.azure.net";
const METADATA_TIMEOUT_MS = 20_000;

/** Where Resource Manager is, by the vaults' suffix (https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure). */
const RESOURCE_MANAGERS: Readonly<Record<string, string>> = {
  "vault.azure.net": "https://management.azure.com",
  "vault.usgovcloudapi.net": "https://management.usgovcloudapi.net",
  "vault.azure.cn": "https://management.chinacloudapi.cn",
};

/**
 * Opens Azure as whoever is signed in: with `az login`, most likely.
 * @throws CommandError if the cloud cannot be found out.
 */
export async function openAzure(env: NodeJS.ProcessEnv): Promise<Azure> {
  const metadataHost = env.ARM_METADATA_HOSTNAME;
  const cloud = await findCloud({
    graphUrl: undefined,
    authorityHost: env.AZURE_AUTHORITY_HOST,
    metadataHost,
  }).catch((error: unknown) => {
    throw error instanceof CloudError ? new CommandError(error.message, exitCodes.configuration) : error;
  });
  const credential = await signedIn(cloud);
  const common = { credential, random: Math.random, nowMs: Date.now };
  const graph = new GraphClient({ ...common, origin: cloud.graphUrl });
  const arm = new GraphClient({ ...common, ...(await resourceManagerOf(cloud, metadataHost)) });
  return {
    vaultSuffix: cloud.vaultSuffix ?? PUBLIC_VAULT_SUFFIX,
    resource: async (id, apiVersion) => {
      const answer = await unlessMissing(() =>
        arm.sendForJson({ url: `${id}?api-version=${apiVersion}` }).catch(refusedBy("Azure")),
      );
      return answer === undefined ? undefined : armResource.parse(answer);
    },
    idsIn: async (listId, apiVersion) => {
      const answer = await unlessMissing(() =>
        arm.sendForJson({ url: `${listId}?api-version=${apiVersion}` }).catch(refusedBy("Azure")),
      );
      return answer === undefined ? [] : resourceList.parse(answer).value.map(({ id }) => id);
    },
    graphGrants: async (principalId) => {
      const answer = await unlessMissing(() =>
        graph
          .sendForJson({ url: `/v1.0/servicePrincipals/${principalId}/appRoleAssignments` })
          .catch(refusedBy("Microsoft Graph")),
      );
      return answer === undefined ? [] : grants.parse(answer).value;
    },
  };
}

const armResource = z.object({
  id: z.string(),
  // A subscription has its members at the top.
  properties: z.record(z.string(), z.unknown()).default({}),
  tags: z.record(z.string(), z.string()).optional(),
  tenantId: z.string().optional(),
});

const resourceList = z.object({ value: z.array(z.object({ id: z.string() })) });

const grants = z.object({
  value: z.array(z.object({ id: z.string(), appRoleId: z.string(), resourceId: z.string() })),
});

const metadataSchema = z.object({
  resourceManager: z.url(),
  authentication: z.object({ audiences: z.array(z.url()).min(1) }),
});

async function resourceManagerOf(
  { vaultSuffix = PUBLIC_VAULT_SUFFIX }: Cloud,
  metadataHost: string | undefined,
): Promise<{ origin: string; audience: string }> {
  if (metadataHost === undefined) {
    const origin = RESOURCE_MANAGERS[vaultSuffix] ?? "https://management.azure.com";
    return { origin, audience: origin };
  }
  const url = `https://${metadataHost}/metadata/endpoints?api-version=2022-09-01`;
  const response = await fetch(url, { signal: AbortSignal.timeout(METADATA_TIMEOUT_MS), redirect: "error" });
  const { resourceManager, authentication } = metadataSchema.parse(await response.json());
  const [audience = resourceManager] = authentication.audiences;
  return { origin: new URL(resourceManager).origin, audience: audience.replace(/\/$/, "") };
}

/** Undefined for "there is no such thing". */
async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GraphError && error.status === 404) return undefined;
    throw error;
  }
}

function refusedBy(service: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof GraphError) {
      if (error.isRefusal) {
        throw new CommandError(
          `${service} refuses whoever is signed in (${error.message}). The rights that this needs: docs/bootstrap.md`,
          exitCodes.authentication,
        );
      }
      if (error.status !== 404) throw new CommandError(`${service}: ${error.message}`);
    }
    if (
      error instanceof Error &&
      /CredentialUnavailable|AuthenticationRequired|AuthenticationError/.test(error.name)
    ) {
      throw new CommandError(
        `nobody is signed in to Azure: run "az login" (${error.name})`,
        exitCodes.authentication,
      );
    }
    throw error;
  };
}
