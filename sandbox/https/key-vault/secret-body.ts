import { z } from "zod";
import { badParameter } from "../../keyvault/errors.ts";
import type { FaceRequest } from "../exchange.ts";

const seconds = z.int().nullish();

const attributes = z.object({ enabled: z.boolean().nullish(), nbf: seconds, exp: seconds }).nullish();

const properties = {
  contentType: z.string().nullish(),
  attributes,
  tags: z.record(z.string(), z.string()).nullish(),
};

const setBody = z.object({ value: z.string(), ...properties });
const updateBody = z.object(properties);
const restoreBody = z.object({ value: z.string() });

/** What a request to set a secret says; what it leaves out stands for the usual. */
export const readSetBody = (request: FaceRequest) => flattened(parsed(setBody, request));

/** What a request to update a version says; what it leaves out stays. */
export const readUpdateBody = (request: FaceRequest) => flattened(parsed(updateBody, request));

export const readRestoreBody = (request: FaceRequest) => parsed(restoreBody, request);

function parsed<T>(schema: z.ZodType<T>, { body }: FaceRequest): T {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch {
    throw badParameter("The request body is not JSON.");
  }
  const { success, data, error } = schema.safeParse(json);
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw badParameter(`The request body is not as it should be: ${problems.join("; ")}`);
}

function flattened<T extends z.infer<typeof updateBody>>({
  attributes: given,
  contentType,
  tags,
  ...rest
}: T) {
  return {
    ...rest,
    ...present({
      contentType,
      tags,
      enabled: given?.enabled,
      notBefore: given?.nbf,
      expires: given?.exp,
    }),
  };
}

/** Only what was said: Key Vault takes `null` for nothing said. */
function present<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}
