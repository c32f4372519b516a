import { z } from "zod";
import { GraphClient } from "../audit/graph/client.ts";
import { findCloud } from "../audit/graph/cloud.ts";
import { readableError } from "../audit/graph/readable-error.ts";
import { signedIn } from "../audit/graph/sign-in.ts";
import { safeText } from "../audit/safe-text.ts";

/** An application as far as recovery needs it. */
const displayName = z.string().transform(safeText).nullable().optional();
const applicationSchema = z.object({
  id: z.string(),
  appId: z.string(),
  displayName,
  createdDateTime: z.string().nullable().optional(),
});
const keySchema = z.object({
  keyId: z.string(),
  displayName,
  endDateTime: z.string().nullable().optional(),
});
const page = <T extends z.ZodType>(item: T) => z.object({ value: z.array(item) });

export type DirectoryApplication = z.infer<typeof applicationSchema>;
export type DirectoryKey = z.infer<typeof keySchema>;

/** What the operator's commands ask of Entra beside the engine. All of it throws CommandError if Entra cannot be asked. */
export interface Directory {
  /** Applications that carry a marker, oldest first. */
  applicationsMarked(marker: string): Promise<DirectoryApplication[]>;
  applicationOf(clientId: string): Promise<DirectoryApplication | undefined>;
  servicePrincipalOf(clientId: string): Promise<{ id: string } | undefined>;
  /** The secrets of an application, without values. Undefined if there is no such application. */
  keysOf(applicationObjectId: string): Promise<DirectoryKey[] | undefined>;
  removeKey(applicationObjectId: string, keyId: string): Promise<void>;
  /** Can be undone for 30 days (https://learn.microsoft.com/graph/api/application-delete). */
  deleteApplication(applicationObjectId: string): Promise<void>;
}

/**
 * Entra through Microsoft Graph, as whoever is signed in.
 * @throws CommandError if nothing tells where Microsoft Graph is.
 */
export async function openDirectory(env: NodeJS.ProcessEnv): Promise<Directory> {
  const readable = (error: unknown): never => {
    const who = env.AZURE_CLIENT_ID === undefined ? "Whoever is signed in" : `Client ${env.AZURE_CLIENT_ID}`;
    throw readableError(error, {
      remedy: `${who} needs the permission Application.ReadWrite.OwnedBy, and must own the application (docs/bootstrap.md).`,
    });
  };
  const cloud = await findCloud({
    graphUrl: undefined,
    authorityHost: env.AZURE_AUTHORITY_HOST,
    metadataHost: env.ARM_METADATA_HOSTNAME,
  }).catch(readable);
  const client = new GraphClient({
    origin: cloud.graphUrl,
    credential: await signedIn(cloud),
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
  /** The same question, whose errors say what a person can do. */
  const asked = <A extends string[], R>(ask: (...args: A) => Promise<R>) => {
    return (...args: A): Promise<R> => ask(...args).catch(readable);
  };
  return {
    applicationsMarked: asked(async (marker: string) => {
      const found = await list(applicationSchema, "/v1.0/applications", {
        $filter: `tags/any(t:t eq '${marker.replaceAll("'", "''")}')`,
        $select: "id,appId,displayName,createdDateTime",
      });
      return found.toSorted((x, y) => String(x.createdDateTime).localeCompare(String(y.createdDateTime)));
    }),
    applicationOf: asked(
      async (clientId: string) =>
        (
          await list(applicationSchema, "/v1.0/applications", {
            $filter: `appId eq '${clientId}'`,
            $select: "id,appId,displayName,createdDateTime",
          })
        )[0],
    ),
    servicePrincipalOf: asked(
      async (clientId: string) =>
        (
          await list(z.object({ id: z.string() }), "/v1.0/servicePrincipals", {
            $filter: `appId eq '${clientId}'`,
            $select: "id",
          })
        )[0],
    ),
    keysOf: asked(async (objectId: string) => {
      try {
        const answer = await client.sendForJson({
          url: `/v1.0/applications/${objectId}?$select=id,passwordCredentials`,
        });
        return z.object({ passwordCredentials: z.array(keySchema) }).parse(answer).passwordCredentials;
      } catch (error) {
        if ((error as { status?: number }).status === 404) return undefined;
        throw error;
      }
    }),
    removeKey: asked(async (objectId: string, keyId: string) => {
      await client.send({ url: `/v1.0/applications/${objectId}/removePassword`, body: { keyId } });
    }),
    deleteApplication: asked(async (objectId: string) => {
      await client.send({ url: `/v1.0/applications/${objectId}`, method: "DELETE" });
    }),
  };
}
