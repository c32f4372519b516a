import { DefaultAzureCredential } from "@azure/identity";
import { z } from "zod";
import { GraphClient } from "../audit/graph/client.ts";

/** An application as far as recovery needs it. */
const applicationSchema = z.object({
  id: z.string(),
  appId: z.string(),
  displayName: z.string().nullable().optional(),
  createdDateTime: z.string().nullable().optional(),
});
const keySchema = z.object({
  keyId: z.string(),
  displayName: z.string().nullable().optional(),
  endDateTime: z.string().nullable().optional(),
});
const page = <T extends z.ZodType>(item: T) => z.object({ value: z.array(item) });

export type DirectoryApplication = z.infer<typeof applicationSchema>;
export type DirectoryKey = z.infer<typeof keySchema>;

/** What the operator's commands ask of Entra beside the engine. */
export interface Directory {
  /** Applications that carry a marker, oldest first. */
  applicationsMarked(marker: string): Promise<DirectoryApplication[]>;
  servicePrincipalOf(clientId: string): Promise<{ id: string } | undefined>;
  /** The secrets of an application, without values. Undefined if there is no such application. */
  keysOf(applicationObjectId: string): Promise<DirectoryKey[] | undefined>;
  removeKey(applicationObjectId: string, keyId: string): Promise<void>;
  /** Can be undone for 30 days (https://learn.microsoft.com/graph/api/application-delete). */
  deleteApplication(applicationObjectId: string): Promise<void>;
}

/** Where Graph is in the cloud that `env` names, as the azuread provider finds it. */
export async function graphOrigin(env: NodeJS.ProcessEnv): Promise<string> {
  const host = env.ARM_METADATA_HOSTNAME;
  if (host === undefined || host === "") return "https://graph.microsoft.com";
  const response = await fetch(`https://${host}/metadata/endpoints?api-version=2022-09-01`, {
    signal: AbortSignal.timeout(10_000),
  });
  const endpoints: unknown = await response.json();
  const found = [endpoints]
    .flat()
    .map(
      (each) =>
        (each as Record<string, unknown>).microsoftGraphResourceId ??
        (each as Record<string, unknown>).graphEndpoint,
    );
  const origin = found.find((each) => typeof each === "string");
  if (typeof origin !== "string") throw new Error(`${host} does not say where Microsoft Graph is`);
  return new URL(origin).origin;
}

/** Entra through Microsoft Graph, as whoever is signed in. */
export async function openDirectory(env: NodeJS.ProcessEnv): Promise<Directory> {
  const client = new GraphClient({
    origin: await graphOrigin(env),
    credential: new DefaultAzureCredential({
      disableInstanceDiscovery: env.AZURE_AUTHORITY_HOST !== undefined,
    } as never),
    random: Math.random,
    nowMs: Date.now,
  });
  const list = async <T extends z.ZodType>(
    item: T,
    path: string,
    query: Record<string, string>,
    eventual = false,
  ) => {
    const url = `${path}?${new URLSearchParams(query)}`;
    return page(item).parse(await client.sendForJson({ url, eventual })).value;
  };
  return {
    applicationsMarked: async (marker) => {
      const found = await list(applicationSchema, "/v1.0/applications", {
        $filter: `tags/any(t:t eq '${marker.replaceAll("'", "''")}')`,
        $select: "id,appId,displayName,createdDateTime",
      });
      return found.toSorted((x, y) => String(x.createdDateTime).localeCompare(String(y.createdDateTime)));
    },
    servicePrincipalOf: async (clientId) =>
      (
        await list(z.object({ id: z.string() }), "/v1.0/servicePrincipals", {
          $filter: `appId eq '${clientId}'`,
          $select: "id",
        })
      )[0],
    keysOf: async (objectId) => {
      try {
        const answer = await client.sendForJson({
          url: `/v1.0/applications/${objectId}?$select=id,passwordCredentials`,
        });
        return z.object({ passwordCredentials: z.array(keySchema) }).parse(answer).passwordCredentials;
      } catch (error) {
        if ((error as { status?: number }).status === 404) return undefined;
        throw error;
      }
    },
    removeKey: async (objectId, keyId) => {
      await client.send({ url: `/v1.0/applications/${objectId}/removePassword`, body: { keyId } });
    },
    deleteApplication: async (objectId) => {
      await client.send({ url: `/v1.0/applications/${objectId}`, method: "DELETE" });
    },
  };
}
