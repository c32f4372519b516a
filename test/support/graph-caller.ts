import type { TestApplication } from "./directory.ts";
import type { TestFace } from "./https-face.ts";
import { appToken } from "./token-endpoint.ts";

export interface GraphResponse {
  status: number;
  headers: Headers;
  /** The answer's JSON; its text, if it is none; undefined, if it is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  body: any;
}

/** Calls Microsoft Graph as an application, path by path. */
export type GraphCaller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<GraphResponse>;

/** @param path with its version, e.g. `/v1.0/applications`; or a whole address, as of a next page */
export async function graphAs(
  sandbox: TestFace,
  application: Pick<TestApplication, "clientId" | "secret">,
): Promise<GraphCaller> {
  const token = await appToken(sandbox, application);
  return graphWith(sandbox, token);
}

export function graphWith({ face }: TestFace, token: string): GraphCaller {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(new URL(path, face.origin), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : isJson ? JSON.parse(text) : text,
    };
  };
}
